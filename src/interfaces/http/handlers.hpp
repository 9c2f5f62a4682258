#pragma once

#include "interfaces/http/message.hpp"

namespace learnd::interfaces::http {

// learning_handlers.cpp
ports::Task<Response> storeSolution(services::Services& services, Request request);
ports::Task<Response> storeFailure(services::Services& services, Request request);
ports::Task<Response> storePattern(services::Services& services, Request request);
ports::Task<Response> storeInteraction(services::Services& services, Request request);
ports::Task<Response> listLearnings(services::Services& services, Request request);
ports::Task<Response> getLearning(services::Services& services, Request request);
ports::Task<Response> patchLearning(services::Services& services, Request request);
ports::Task<Response> deleteLearning(services::Services& services, Request request);
ports::Task<Response> giveFeedback(services::Services& services, Request request);

// search_handlers.cpp
ports::Task<Response> search(services::Services& services, Request request);
core::Result<Response> score(services::Services& services, const Request& request);

// transfer_handlers.cpp
ports::Task<Response> importLearnings(services::Services& services, Request request, BodySource& body);
ports::Task<Response> exportLearnings(services::Services& services, Request request);

// job_handlers.cpp
ports::Task<Response> startJob(services::Services& services, Request request);
core::Result<Response> listJobs(services::Services& services, const Request& request);
core::Result<Response> showJob(services::Services& services, const Request& request);
core::Result<Response> cancelJob(services::Services& services, const Request& request);

// health_handlers.cpp
core::Result<Response> health(services::Services& services, const Request& request);
ports::Task<Response> readiness(services::Services& services, Request request);
ports::Task<Response> stats(services::Services& services, Request request);
ports::Task<Response> doctor(services::Services& services, Request request);
ports::Task<Response> quality(services::Services& services, Request request);
ports::Task<Response> metrics(services::Services& services, Request request);
ports::Task<Response> retryIndex(services::Services& services, Request request);
core::Result<Response> openApi(services::Services& services, const Request& request);

}  // namespace learnd::interfaces::http
