#pragma once

#include "adapters/sqlite/database.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace learnd::sqlite {

/// Figures about the whole: an embedder's scale, the log of best scores (added up by the minute), whether the file can be read.
std::optional<core::Calibration> readCalibration(Connection& connection, const std::string& digest);
void writeCalibration(Connection& connection, const std::string& digest, const core::Calibration& calibration);

void addQuality(Connection& connection, const std::vector<ports::QualityEntry>& entries);
ports::QualitySum qualitySince(Connection& connection, core::Timestamp since);

bool isReadable(Connection& connection);

}  // namespace learnd::sqlite
