#include "adapters/sqlite/database.hpp"

#include <sqlite3.h>

namespace learnd::sqlite {

namespace {

constexpr std::size_t kComposedStatements = 48;

// How long SQLite waits for another program's lock; within this process nobody contends.
constexpr int kBusyMilliseconds = 5000;

[[noreturn]] void fail(sqlite3* connection, int code) { throw SqliteFailure(code, sqlite3_errmsg(connection)); }

const FixedSql kBeginShared("begin");
const FixedSql kBeginExclusive("begin immediate");
const FixedSql kCommit("commit");
const FixedSql kRollback("rollback");
const FixedSql kSavepoint("savepoint one");
const FixedSql kRelease("release one");
const FixedSql kRollbackTo("rollback to one");

}  // namespace

void CloseConnection::operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }

void FinalizeStatement::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Query::Query(Query&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)), bound_(other.bound_) {}

Query::~Query() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::check(int code) const {
  if (code != SQLITE_OK) fail(connection_, sqlite3_extended_errcode(connection_));
}

Query& Query::bind(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Query& Query::bind(double value) {
  check(sqlite3_bind_double(statement_, ++bound_, value));
  return *this;
}

Query& Query::bind(std::string_view value) {
  // A null pointer would be NULL, not the empty text.
  check(sqlite3_bind_text64(statement_, ++bound_, value.data() ? value.data() : "", value.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Query& Query::bind(Blob value) {
  check(sqlite3_bind_blob64(statement_, ++bound_, value.data() ? static_cast<const void*>(value.data()) : "", value.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::bind(std::nullopt_t) {
  check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

bool Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(connection_, sqlite3_extended_errcode(connection_));
  return false;
}

void Query::run() {
  while (step()) {
  }
}

bool Query::isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Query::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Query::text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Blob Query::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Connection::Connection(const std::filesystem::path& file, Access access) {
  sqlite3* opened = nullptr;
  const int mode = access == Access::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int code = sqlite3_open_v2(file.c_str(), &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) {
    throw SqliteFailure(code, file.string() + ": " + (opened ? sqlite3_errmsg(opened) : sqlite3_errstr(code)));
  }
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  // Triggers and views of a damaged or foreign file must not call functions with side effects.
  sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

StatementHandle Connection::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle(), sql.c_str(), static_cast<int>(sql.size()) + 1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) throw SqliteFailure(code, std::string(sqlite3_errmsg(handle())) + " in: " + sql);
  return StatementHandle(statement);
}

Query Connection::query(const FixedSql& sql) {
  auto& statement = fixed_[&sql];
  if (!statement) statement = prepare(sql.text());
  if (sqlite3_stmt_busy(statement.get())) throw std::logic_error("a statement is used while it runs: " + sql.text());
  return {handle(), statement.get()};
}

Query Connection::query(const std::string& sql) {
  const auto found = composed_.find(sql);
  if (found != composed_.end()) return {handle(), found->second.get()};
  if (composed_.size() >= kComposedStatements) composed_.clear();
  auto& statement = composed_[sql];
  statement = prepare(sql);
  return {handle(), statement.get()};
}

void Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(handle(), sqlite3_extended_errcode(handle()));
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle()); }

bool Connection::inTransaction() const { return sqlite3_get_autocommit(handle()) == 0; }

Transaction::Transaction(Connection& connection, Lock lock) : connection_(connection) {
  connection_.query(lock == Lock::Exclusive ? kBeginExclusive : kBeginShared).run();
}

Transaction::~Transaction() {
  if (!connection_.inTransaction()) return;
  try {
    connection_.query(kRollback).run();
  } catch (const std::exception&) {
    // Nothing is left to undo where a rollback fails: SQLite has ended the transaction itself.
  }
}

void Transaction::commit() { connection_.query(kCommit).run(); }

Savepoint::Savepoint(Connection& connection) : connection_(connection) { connection_.query(kSavepoint).run(); }

Savepoint::~Savepoint() {
  if (!open_ || !connection_.inTransaction()) return;
  try {
    connection_.query(kRollbackTo).run();
    connection_.query(kRelease).run();
  } catch (const std::exception&) {
    // Half of this part may be left in the transaction, so none of it may be kept: the commit finds no transaction then.
    sqlite3_exec(connection_.handle(), "rollback", nullptr, nullptr, nullptr);
  }
}

void Savepoint::keep() {
  connection_.query(kRelease).run();
  open_ = false;
}

}  // namespace learnd::sqlite
