#pragma once

#include "adapters/sqlite/database.hpp"

#include <string>

namespace learnd::sqlite {

/// Small texts by name; one that is not there is empty, and an empty one goes.
std::string readSetting(Connection& connection, const std::string& name);
void writeSetting(Connection& connection, const std::string& name, const std::string& value);

}  // namespace learnd::sqlite
