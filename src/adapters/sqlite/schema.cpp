#include "adapters/sqlite/schema.hpp"

#include "support/log.hpp"

#include <map>
#include <string>
#include <utility>

namespace learnd::sqlite {

namespace {

using core::Error;
using core::ErrorKind;
using core::Result;

/// Name -> kind and text of each table, index and trigger.
using Objects = std::map<std::string, std::string>;

std::int64_t pragma(Connection& connection, const std::string& name) {
  auto query = connection.query("pragma " + name);
  return query.step() ? query.integer(0) : 0;
}

Objects objectsOf(Connection& connection) {
  static const FixedSql kObjects("select name, type, sql from sqlite_schema where name not like 'sqlite\\_%' escape '\\'");
  Objects objects;
  auto query = connection.query(kObjects);
  while (query.step()) objects[std::string(query.text(0))] = std::string(query.text(1)) + ": " + std::string(query.text(2));
  return objects;
}

/// What the steps make of an empty database.
Objects expectedObjects(std::span<const Migration> steps) {
  Connection scratch(":memory:", Access::ReadWrite);
  for (const auto& step : steps) scratch.execute(std::string(step.script));
  return objectsOf(scratch);
}

Result<void> checkObjects(Connection& connection, std::span<const Migration> steps) {
  const Objects found = objectsOf(connection);
  for (const auto& [name, text] : expectedObjects(steps)) {
    const auto place = found.find(name);
    if (place != found.end() && place->second == text) continue;
    return Error(ErrorKind::Internal, "learnd.db has " + std::string(place == found.end() ? "no " : "another ") + name +
                                          " than schema version " + std::to_string(steps.size()) +
                                          " makes: restore a backup, or move the file away to start empty");
  }
  return {};
}

Result<void> checkReferences(Connection& connection, std::string_view step) {
  auto query = connection.query(std::string("pragma foreign_key_check"));
  if (!query.step()) return {};
  return Error(ErrorKind::Internal, "migration " + std::string(step) + " would break references in table " + std::string(query.text(0)) +
                                        ": nothing was changed; restore a backup");
}

Result<void> takeStep(Connection& connection, const Migration& step, std::int64_t version) {
  Transaction transaction(connection, Lock::Exclusive);
  if (version == 1) connection.execute("pragma application_id = " + std::to_string(kApplicationId));
  connection.execute(std::string(step.script));
  if (auto whole = checkReferences(connection, step.name); !whole) return whole;
  connection.execute("pragma user_version = " + std::to_string(version));
  transaction.commit();
  return {};
}

}  // namespace

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
  return guarded([&]() -> Result<void> {
    const std::int64_t version = pragma(connection, "user_version");
    const std::int64_t application = pragma(connection, "application_id");
    const bool empty = pragma(connection, "schema_version") == 0 && version == 0;
    if (!empty && application != kApplicationId) {
      return Error(ErrorKind::Internal, "learnd.db is another program's database: move it away, or name another state folder");
    }
    if (version > static_cast<std::int64_t>(steps.size())) {
      return Error(ErrorKind::Internal, "learnd.db has schema version " + std::to_string(version) + ", this learnd knows up to " +
                                            std::to_string(steps.size()) + ": run the newer learnd that made it, or restore a backup");
    }
    for (auto next = static_cast<std::size_t>(version); next < steps.size(); ++next) {
      if (auto taken = takeStep(connection, steps[next], static_cast<std::int64_t>(next) + 1); !taken) return taken;
      if (!empty) support::log::info("the record store's schema was brought forward", {{"MIGRATION", std::string(steps[next].name)}});
    }
    return checkObjects(connection, steps);
  });
}

}  // namespace learnd::sqlite
