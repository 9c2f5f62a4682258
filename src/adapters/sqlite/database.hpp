#pragma once

#include "adapters/sqlite/sqlite_failure.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace learnd::sqlite {

using Blob = std::span<const std::uint8_t>;

struct CloseConnection {
  void operator()(sqlite3* connection) const noexcept;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// A statement's text that lives as long as the program: each connection prepares it once.
class FixedSql {
 public:
  explicit FixedSql(std::string text) : text_(std::move(text)) {}
  FixedSql(const FixedSql&) = delete;
  FixedSql& operator=(const FixedSql&) = delete;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// One use of a prepared statement: values are bound in order, rows are stepped through, and at its end the statement is as new. Text and
/// blobs are not copied: they must live until then. Every method throws SqliteFailure.
class Query {
 public:
  Query(sqlite3* connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& bind(std::int64_t value);
  Query& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(bool value) { return bind(static_cast<std::int64_t>(value ? 1 : 0)); }
  Query& bind(double value);
  Query& bind(std::string_view value);
  Query& bind(const std::string& value) { return bind(std::string_view(value)); }
  Query& bind(const char* value) { return bind(std::string_view(value)); }
  Query& bind(Blob value);
  template <std::size_t N>
  Query& bind(const std::array<std::uint8_t, N>& value) {
    return bind(Blob(value));
  }
  Query& bind(std::nullopt_t);
  template <class T>
  Query& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(std::nullopt);
  }

  /// Whether there is a row (another one).
  bool step();
  /// For statements without rows.
  void run();

  [[nodiscard]] bool isNull(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// Valid until the next step.
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] Blob blob(int column) const;

 private:
  void check(int code) const;

  sqlite3* connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

enum class Access : unsigned char { ReadWrite, ReadOnly };

/// One connection, for one thread at a time. Methods throw SqliteFailure.
class Connection {
 public:
  /// The file must exist (":memory:" aside).
  Connection(const std::filesystem::path& file, Access access);

  Query query(const FixedSql& sql);
  /// For texts made at run time; the last few dozen stay prepared.
  Query query(const std::string& sql);
  /// A script or a pragma, not kept.
  void execute(const std::string& sql);

  /// Rows that the last insert, update or delete changed.
  [[nodiscard]] std::int64_t changes() const;
  /// False too where SQLite itself has rolled back.
  [[nodiscard]] bool inTransaction() const;
  [[nodiscard]] sqlite3* handle() const { return connection_.get(); }

 private:
  StatementHandle prepare(const std::string& sql);

  std::unique_ptr<sqlite3, CloseConnection> connection_;
  std::unordered_map<const FixedSql*, StatementHandle> fixed_;
  std::unordered_map<std::string, StatementHandle> composed_;
};

enum class Lock : unsigned char {
  Shared,    // a snapshot to read from
  Exclusive  // the one writer; waits for another one
};

/// Rolls back unless it was committed.
class Transaction {
 public:
  Transaction(Connection& connection, Lock lock);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
};

/// A part of a transaction that can be undone by itself: it is, unless it was kept.
class Savepoint {
 public:
  explicit Savepoint(Connection& connection);
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  void keep();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace learnd::sqlite
