#pragma once

#include "adapters/sqlite/database.hpp"

#include <span>
#include <string_view>

namespace learnd::sqlite {

/// One step of the schema; the nth of a list leads to version n (kept in `user_version`). Steps only go forward and are never changed once
/// released.
struct Migration {
  std::string_view name;
  std::string_view script;
};

/// The steps of migrations/, compiled in.
std::span<const Migration> migrations();

/// Marks a database file as learnd's ("lrnd").
inline constexpr std::int64_t kApplicationId = 0x6c726e64;

/// Brings a database to the list's last version, each step in a transaction of its own, and checks that what is there is what the steps
/// make. Refused, each with what to do: another program's file, a newer schema, tables that differ, a damaged file.
core::Result<void> migrate(Connection& connection, std::span<const Migration> steps);

}  // namespace learnd::sqlite
