#pragma once

#include "adapters/postgres/connection.hpp"

#include <span>
#include <string>
#include <string_view>

namespace learnd::postgres {

/// One step of the schema; the nth of a list leads to version n. Steps only go forward and are never changed once released. "@schema@" and
/// "@views@" in a script stand for the names.
struct Migration {
  std::string_view name;
  std::string_view script;
};

/// The steps of migrations/, compiled in.
std::span<const Migration> migrations();

/// Names for SQL, and numbers for advisory locks, of one schema of records.
class SchemaNames {
 public:
  /// `schema` holds the tables, `schema` + "_v1" the views for people.
  explicit SchemaNames(std::string schema);

  [[nodiscard]] const std::string& schema() const { return schema_; }
  [[nodiscard]] std::string views() const { return schema_ + "_v1"; }
  [[nodiscard]] std::string quotedSchema() const;
  [[nodiscard]] std::string quotedViews() const;
  /// The first number of each advisory lock that belongs to this schema.
  [[nodiscard]] std::int32_t lockClass() const { return lockClass_; }

 private:
  std::string schema_;
  std::int32_t lockClass_;
};

/// Advisory locks: (lockClass, one of these), or (lockClass, kFirstKeyLock + …) for a key.
inline constexpr std::int32_t kWholeStoreLock = 0;
inline constexpr std::int32_t kMigrationLock = 1;
inline constexpr std::int32_t kFirstKeyLock = 16;

/// Makes the schema or brings it to the list's last version, each step in a transaction of its own and under an advisory lock, so that
/// several daemons may start at once; then lets the role learnd_reader read the views, where it exists. Refused, each with what to do: a
/// newer schema, another one of these names, a step that differs from ours (Internal). Unavailable where another daemon's steps take longer
/// than a few seconds. Throws PostgresFailure.
core::Result<void> migrate(Connection& connection, const SchemaNames& names, std::span<const Migration> steps);

/// The SQL that makes the role which may read the views, where there is none; else empty.
std::string adviceForReaders(Connection& connection, const SchemaNames& names);

/// Drops tables and views with all that is in them.
void dropSchema(Connection& connection, const SchemaNames& names);

}  // namespace learnd::postgres
