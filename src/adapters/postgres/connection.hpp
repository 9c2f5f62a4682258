#pragma once

#include "adapters/postgres/postgres_failure.hpp"
#include "adapters/postgres/values.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::postgres {

/// A statement's text that lives as long as the program: each connection prepares it once.
class Statement {
 public:
  explicit Statement(std::string text);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string text_;
  std::string name_;
};

/// What a statement answered. Valid without its connection.
class Rows {
 public:
  struct Answer;
  explicit Rows(std::shared_ptr<const Answer> answer) : answer_(std::move(answer)) {}
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// Rows that an insert, update or delete changed.
  [[nodiscard]] std::uint64_t affected() const;

 private:
  friend class Row;
  std::shared_ptr<const Answer> answer_;
};

/// Reads the columns of one row, one after another. Throws where a value is not what was asked for.
class Row {
 public:
  Row(const Rows& rows, std::size_t number) : rows_(rows), number_(number) {}

  std::int64_t integer();
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  bool boolean() { return view() == "t"; }
  double real();
  std::string text() { return std::string(view()); }
  /// Valid as long as the rows.
  std::string_view view();
  core::LearningId id();
  std::array<std::uint8_t, 32> digest();
  std::vector<std::uint8_t> bytes();
  /// From microseconds since 1970.
  core::Timestamp time() { return core::Timestamp(std::chrono::microseconds(integer())); }
  /// Whether the next column is NULL; passes over it then.
  bool absent();
  std::optional<std::uint64_t> optionalCount() { return absent() ? std::nullopt : std::optional(count()); }

 private:
  const Rows& rows_;
  std::size_t number_;
  int next_ = 0;
};

/// Of what is written by COPY, which is learnings.
inline constexpr std::size_t kCopyColumns = 49;

/// One connection, for one thread at a time but for the three methods that say otherwise. Methods throw PostgresFailure.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  /// Connects; blocks for as long as `connect_timeout` of the text says. The message of a failure has no password in it.
  explicit Connection(const std::string& connectionText);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Rows run(const Statement& statement) { return run(statement, Values()); }
  Rows run(const Statement& statement, const Values& values);
  /// For texts made at run time; planned for these values.
  Rows run(const std::string& sql, const Values& values);
  /// Several statements, no parameters; the answer is the last one's.
  Rows script(const std::string& sql);
  /// By COPY; each row has a value for each of the kCopyColumns columns.
  void copyIn(const std::string& table, const std::vector<std::string>& columns, const std::vector<Values>& rows);

  void begin() { script("begin"); }
  void commit() { commit("commit"); }
  /// By a text that ends in "commit".
  void commit(const std::string& text);
  /// False: it could not, and the connection is of no use any more (what was not committed is undone when it closes).
  bool rollBack() noexcept;

  /// A statement that gets no answer for this long ends with the connection: the server, or the way to it, hangs.
  void setPatience(std::chrono::milliseconds patience) { patience_ = patience; }

  [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }

  [[nodiscard]] bool isOpen() const;
  [[nodiscard]] int serverVersion() const;  // 150005 is 15.5
  [[nodiscard]] int serverProcess() const;

  /// From any thread: whether the statement that runs should have been answered by `now`.
  [[nodiscard]] bool isOverdue(Clock::time_point now) const;
  /// From any thread: ends what the connection waits for, with a failure.
  void cutOff();
  /// From any thread: whether cutOff was called.
  [[nodiscard]] bool wasCutOff() const { return cutOff_.load(); }

 private:
  struct Session;
  template <class Call>
  auto called(Call call) -> decltype(call());
  void prepare(const Statement& statement);

  std::unique_ptr<Session> session_;
  std::chrono::milliseconds patience_{10'000};
  bool failedInTransaction_ = false;
  std::atomic<Clock::rep> deadline_{0};
  std::atomic<bool> cutOff_{false};
  int socket_ = -1;  // a second name of the connection's, so that it can't be another file's by then
};

/// For as long as it lives, in a transaction: statements that may take this long.
class Patience {
 public:
  Patience(Connection& connection, std::chrono::milliseconds time);
  ~Patience() { connection_.setPatience(before_); }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

 private:
  Connection& connection_;
  std::chrono::milliseconds before_;
};

}  // namespace learnd::postgres
