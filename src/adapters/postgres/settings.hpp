#pragma once

#include "adapters/postgres/connection.hpp"

#include <string>

namespace learnd::postgres {

/// Small texts by name; one that is not there is empty, and an empty one goes.
std::string readSetting(Connection& connection, const std::string& name);
/// Until the transaction ends nobody else writes it.
std::string lockSetting(Connection& connection, const std::string& name);
/// Until the transaction ends nobody else writes it; others may read it and hold it too.
std::string holdSetting(Connection& connection, const std::string& name);
void writeSetting(Connection& connection, const std::string& name, const std::string& value);

}  // namespace learnd::postgres
