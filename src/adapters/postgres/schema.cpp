#include "adapters/postgres/schema.hpp"

#include "core/normalised_key.hpp"
#include "support/log.hpp"

#include <utility>

namespace learnd::postgres {

namespace {

using core::Error;
using core::ErrorKind;
using core::Result;

// A step may rebuild a table.
constexpr std::chrono::minutes kPatience{30};
// For another daemon's steps; where they take longer we look again later, and can be stopped until then.
constexpr const char* kLockPatience = "3s";

std::string quotedName(const std::string& name) {
  std::string quoted = "\"";
  for (const char sign : name) quoted += sign == '"' ? "\"\"" : std::string(1, sign);
  return quoted + "\"";
}

std::string quotedText(std::string_view text) {
  std::string quoted = "'";
  for (const char sign : text) quoted += sign == '\'' ? "''" : std::string(1, sign);
  return quoted + "'";
}

void replaceAll(std::string& text, std::string_view from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

std::string scriptOf(const Migration& step, const SchemaNames& names) {
  std::string script(step.script);
  replaceAll(script, "@schema@", names.quotedSchema());
  replaceAll(script, "@views@", names.quotedViews());
  return script;
}

std::string digestOf(const Migration& step) {
  const auto digest = core::sha256(step.script);
  return bytesText(digest.data(), digest.size());
}

std::string lockCall(const char* function, const SchemaNames& names, std::int32_t lock) {
  return std::string(function) + "(" + std::to_string(names.lockClass()) + ", " + std::to_string(lock) + ")";
}

/// The statements of one transaction; rolled back unless it was committed.
class Work {
 public:
  explicit Work(Connection& connection) : connection_(connection) { connection_.begin(); }
  ~Work() {
    if (open_) connection_.rollBack();
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  void commit() {
    open_ = false;
    connection_.commit();
  }

 private:
  Connection& connection_;
  bool open_ = true;
};

bool exists(Connection& connection, const std::string& query) { return !connection.script(query).empty(); }

bool isThere(Connection& connection, const std::string& schema) {
  return exists(connection, "select 1 from pg_namespace where nspname = " + quotedText(schema));
}

/// The number of steps that are taken, once they are known to be ours.
Result<std::size_t> checkedVersion(Connection& connection, const SchemaNames& names, std::span<const Migration> steps) {
  const std::string table = names.quotedSchema() + ".schema_steps";
  if (!isThere(connection, names.schema())) return std::size_t{0};
  if (!exists(connection, "select 1 where to_regclass(" + quotedText(table) + ") is not null")) {
    // An administrator may have made an empty schema for us.
    if (!exists(connection, "select 1 from pg_class where relnamespace = " + quotedText(names.quotedSchema()) + "::regnamespace"))
      return std::size_t{0};
    return Error(ErrorKind::Internal, "the schema " + names.schema() + " belongs to another program: name another one in store.schema");
  }
  const Rows taken = connection.script("select number, name, digest from " + table + " order by number");
  if (taken.size() > steps.size()) {
    return Error(ErrorKind::Internal, "the schema " + names.schema() + " has version " + std::to_string(taken.size()) +
                                          ", this learnd knows up to " + std::to_string(steps.size()) +
                                          ": run the newer learnd that made it, or restore a dump");
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    Row row(taken, i);
    const bool inOrder =
        row.integer() == static_cast<std::int64_t>(i) + 1 && row.view() == steps[i].name && row.view() == digestOf(steps[i]);
    if (inOrder) continue;
    return Error(ErrorKind::Internal, "step " + std::to_string(i + 1) + " of the schema " + names.schema() +
                                          " is not the one that this learnd makes: run the learnd that made it, or restore a dump");
  }
  return taken.size();
}

void takeStep(Connection& connection, const SchemaNames& names, const Migration& step, std::size_t number) {
  // Not "if not exists": PostgreSQL asks for the right to make schemas also where an administrator has made ours.
  if (number == 1) {
    if (!isThere(connection, names.schema())) connection.script("create schema " + names.quotedSchema());
    connection.script("create table " + names.quotedSchema() +
                      ".schema_steps (number integer primary key, name text not null, digest bytea not null, "
                      "taken timestamptz not null default now())");
  }
  std::string script = scriptOf(step, names);
  if (isThere(connection, names.views())) replaceAll(script, "create schema if not exists " + names.quotedViews() + ";", "");
  connection.script(script);
  connection.script("insert into " + names.quotedSchema() + ".schema_steps (number, name, digest) values (" + std::to_string(number) +
                    ", " + quotedText(step.name) + ", " + quotedText(digestOf(step)) + ")");
}

/// Without the lock: whether nothing is left to do. All else is looked at again under it, where it does not change meanwhile.
bool isCurrent(Connection& connection, const SchemaNames& names, std::span<const Migration> steps) {
  const auto version = checkedVersion(connection, names, steps);
  return version && *version == steps.size();
}

Result<void> lockForSteps(Connection& connection, const SchemaNames& names) {
  try {
    connection.script("set local lock_timeout = '" + std::string(kLockPatience) + "'; select " +
                      lockCall("pg_advisory_xact_lock", names, kMigrationLock));
    connection.script("set local lock_timeout = 0");
    return {};
  } catch (const PostgresFailure& failure) {
    if (failure.state() != "55P03") throw;
    return Error(ErrorKind::Unavailable, "another learnd brings the schema " + names.schema() + " forward: nothing to do but wait");
  }
}

/// True: one step more was taken, look again. `isNew`: the schema was not there before.
Result<bool> goForward(Connection& connection, const SchemaNames& names, std::span<const Migration> steps, bool& isNew) {
  Work work(connection);
  connection.script("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local search_path = " +
                    names.quotedSchema());
  if (auto locked = lockForSteps(connection, names); !locked) return locked.error();
  auto version = checkedVersion(connection, names, steps);
  if (!version) return version.error();
  if (*version == steps.size()) return false;
  const Migration& step = steps[*version];
  takeStep(connection, names, step, *version + 1);
  work.commit();
  isNew = isNew || *version == 0;
  if (!isNew) {
    support::log::info("the record store's schema was brought forward", {{"SCHEMA", names.schema()}, {"STEP", std::string(step.name)}});
  }
  return true;
}

/// The role may have been made after the schema. Only where something is missing: a grant is a write.
void letReadersIn(Connection& connection, const SchemaNames& names) {
  const std::string views = quotedText(names.views());
  const std::string missing =
      "select 1 from pg_roles r where r.rolname = 'learnd_reader' and exists (select 1 from pg_namespace where nspname = " + views +
      ") and (not has_schema_privilege(r.oid, " + views +
      ", 'usage') or exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = " + views +
      " and c.relkind = 'v' and not has_table_privilege(r.oid, c.oid, 'select')))";
  if (!exists(connection, missing)) return;
  try {
    Work work(connection);
    connection.script("select " + lockCall("pg_advisory_xact_lock", names, kMigrationLock));
    connection.script("grant usage on schema " + names.quotedViews() + " to learnd_reader; grant select on all tables in schema " +
                      names.quotedViews() + " to learnd_reader");
    work.commit();
  } catch (const PostgresFailure& failure) {
    if (failure.lostConnection()) throw;
    support::log::warning("learnd_reader can't be let in to the views", {{"ERROR", failure.what()}});
  }
}

}  // namespace

SchemaNames::SchemaNames(std::string schema) : schema_(std::move(schema)) {
  const auto digest = core::sha256("learnd schema " + schema_);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = (number << 8U) | digest[i];
  lockClass_ = static_cast<std::int32_t>(number);
}

std::string SchemaNames::quotedSchema() const { return quotedName(schema_); }
std::string SchemaNames::quotedViews() const { return quotedName(views()); }

Result<void> migrate(Connection& connection, const SchemaNames& names, std::span<const Migration> steps) {
  // At most connections it is, and then nobody's steps are in the way.
  if (!isCurrent(connection, names, steps)) {
    connection.setPatience(kPatience);
    bool isNew = false;
    while (true) {
      auto went = goForward(connection, names, steps, isNew);
      if (!went) return went.error();
      if (!*went) break;
    }
  }
  letReadersIn(connection, names);
  return {};
}

std::string adviceForReaders(Connection& connection, const SchemaNames& names) {
  if (exists(connection, "select 1 from pg_roles where rolname = 'learnd_reader'")) return {};
  return "so that others can read the views: create role learnd_reader; grant usage on schema " + names.views() +
         " to learnd_reader; grant select on all tables in schema " + names.views() + " to learnd_reader; then grant learnd_reader to them";
}

void dropSchema(Connection& connection, const SchemaNames& names) {
  connection.setPatience(kPatience);
  Work work(connection);
  connection.script("set local statement_timeout = 0; set local lock_timeout = '60s'; select " +
                    lockCall("pg_advisory_xact_lock", names, kMigrationLock));
  connection.script("drop schema if exists " + names.quotedViews() + " cascade; drop schema if exists " + names.quotedSchema() +
                    " cascade");
  work.commit();
}

}  // namespace learnd::postgres
