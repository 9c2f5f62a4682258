#pragma once

#include "adapters/postgres/connection.hpp"

#include <chrono>
#include <string>

namespace learnd::postgres {

/// By the rules of ports::RecordStore, each in a transaction of its own.
bool takeLease(Connection& connection, const std::string& name, const std::string& holder, std::chrono::seconds life);
void giveLeaseBack(Connection& connection, const std::string& name, const std::string& holder);

}  // namespace learnd::postgres
