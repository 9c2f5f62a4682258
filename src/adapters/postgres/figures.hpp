#pragma once

#include "adapters/postgres/connection.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace learnd::postgres {

/// Figures about the whole: an embedder's scale, and the log of best scores (added up by the minute).
std::optional<core::Calibration> readCalibration(Connection& connection, const std::string& digest);
void writeCalibration(Connection& connection, const std::string& digest, const core::Calibration& calibration);

void addQuality(Connection& connection, const std::vector<ports::QualityEntry>& entries);
ports::QualitySum qualitySince(Connection& connection, core::Timestamp since);

}  // namespace learnd::postgres
