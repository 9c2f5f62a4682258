#pragma once

#include "core/error.hpp"
#include "json/value.hpp"
#include "services/requests.hpp"

#include <string>

namespace learnd::interfaces {

/// Answers to JSON values, members as openapi.json has them, for every door.

json::Value encodeStoreAnswer(const services::StoreAnswer& answer);
json::Value encodeSearchAnswer(const services::SearchAnswer& answer);
json::Value encodeReuse(const core::Reuse& reuse);
json::Value encodeListAnswer(const services::ListAnswer& answer);
json::Value encodeImportAnswer(const services::ImportAnswer& answer);
json::Value encodeScore(const core::ValueScore& score);
json::Value encodeQuality(const core::QualityReport& report);
json::Value encodeReadiness(const services::HealthReport& report);
json::Value encodeDoctor(const services::HealthReport& report);
json::Value encodeStats(const ports::StoreCounts& counts, const services::HealthReport& health);

/// RFC 9457: title, status, detail; `field` and `id` where the error has them.
int httpStatusOf(core::ErrorKind kind);
json::Value encodeProblem(const core::Error& error, int status);

}  // namespace learnd::interfaces
