#pragma once

#include "interfaces/http/message.hpp"
#include "json/value.hpp"

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
ports::Task<Response> score(services::Services& services, Request request);

// health_handlers.cpp
ports::Task<Response> health(services::Services& services, Request request);
ports::Task<Response> readiness(services::Services& services, Request request);
ports::Task<Response> stats(services::Services& services, Request request);
ports::Task<Response> doctor(services::Services& services, Request request);
ports::Task<Response> quality(services::Services& services, Request request);
ports::Task<Response> metrics(services::Services& services, Request request);
ports::Task<Response> retryIndex(services::Services& services, Request request);
ports::Task<Response> openApi(services::Services& services, Request request);

/// The body as JSON; a body that is none is an error with status 400's title and no field.
core::Result<json::Value> bodyOf(const Request& request);

}  // namespace learnd::interfaces::http
