#include "adapters/postgres/connection.hpp"

#include "adapters/postgres/pqxx_calls.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>
#include <unordered_set>

namespace learnd::postgres {

namespace {

std::string nextName() {
  static std::atomic<std::uint64_t> last{0};
  return "learnd_" + std::to_string(++last);
}

int hexValue(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

template <class Number>
Number numberOf(std::string_view text) {
  Number number{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) throw std::runtime_error("a stored number can't be read");
  return number;
}

/// An administrator, a crash or the way between ended the connection.
bool isLost(const std::string& state) { return state.starts_with("08") || state.starts_with("57P0") || state == "25P03"; }

}  // namespace

Statement::Statement(std::string text) : text_(std::move(text)), name_(nextName()) {}

struct Rows::Answer {
  pqxx::result result;
};

std::size_t Rows::size() const { return static_cast<std::size_t>(answer_->result.size()); }
std::uint64_t Rows::affected() const { return static_cast<std::uint64_t>(answer_->result.affected_rows()); }

std::string_view Row::view() {
  const auto row = rows_.answer_->result[static_cast<pqxx::result::size_type>(number_)];
  const auto field = row[static_cast<pqxx::row::size_type>(next_++)];
  if (field.is_null()) throw std::runtime_error("a stored value is missing");
  return {field.c_str(), static_cast<std::size_t>(field.size())};
}

bool Row::absent() {
  const auto row = rows_.answer_->result[static_cast<pqxx::result::size_type>(number_)];
  if (!row[static_cast<pqxx::row::size_type>(next_)].is_null()) return false;
  ++next_;
  return true;
}

std::int64_t Row::integer() { return numberOf<std::int64_t>(view()); }
double Row::real() { return numberOf<double>(view()); }

core::LearningId Row::id() {
  const auto id = core::LearningId::parse(view());
  if (!id) throw std::runtime_error("a stored id can't be read");
  return *id;
}

std::vector<std::uint8_t> Row::bytes() {
  const auto text = view();
  if (!text.starts_with("\\x") || text.size() % 2 != 0) throw std::runtime_error("stored bytes can't be read");
  std::vector<std::uint8_t> bytes(text.size() / 2 - 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(hexValue(text[2 + 2 * i]) * 16 + hexValue(text[3 + 2 * i]));
  }
  return bytes;
}

std::array<std::uint8_t, 32> Row::digest() {
  const auto read = bytes();
  std::array<std::uint8_t, 32> digest{};
  if (read.size() != digest.size()) throw std::runtime_error("a stored digest has not 32 bytes");
  std::copy(read.begin(), read.end(), digest.begin());
  return digest;
}

struct Connection::Session {
  explicit Session(const std::string& text) : connection(text) {
    pqxx_calls::stayBroken(connection);
    plain.emplace(connection);
  }

  pqxx::connection connection;
  // Begin and commit are statements like all others: whether a commit failed, and how, is then ours to see.
  std::optional<pqxx::nontransaction> plain;
  std::unordered_set<const Statement*> prepared;
};

Connection::Connection(const std::string& connectionText) {
  try {
    session_ = std::make_unique<Session>(connectionText);
  } catch (const std::exception& error) {
    throw PostgresFailure("08001", error.what(), true);
  }
  socket_ = ::fcntl(session_->connection.sock(), F_DUPFD_CLOEXEC, 0);
}

Connection::~Connection() {
  session_.reset();
  if (socket_ >= 0) ::close(socket_);
}

bool Connection::isOpen() const { return session_->connection.is_open() && !cutOff_.load(); }
int Connection::serverVersion() const { return session_->connection.server_version(); }
int Connection::serverProcess() const { return session_->connection.backendpid(); }

bool Connection::isOverdue(Clock::time_point now) const {
  const auto deadline = deadline_.load();
  return deadline != 0 && now.time_since_epoch().count() > deadline;
}

void Connection::cutOff() {
  cutOff_ = true;
  ::shutdown(socket_, SHUT_RDWR);
}

template <class Call>
auto Connection::called(Call call) -> decltype(call()) {
  struct Watched {
    std::atomic<Clock::rep>& deadline;
    ~Watched() { deadline = 0; }
  } const watched{deadline_};
  deadline_ = (Clock::now() + patience_).time_since_epoch().count();
  try {
    return call();
  } catch (const std::exception& error) {
    failedInTransaction_ = true;
    if (cutOff_) throw PostgresFailure("57014", "PostgreSQL does not answer", true);
    const std::string state = pqxx_calls::stateOf(error);
    const bool lost = isLost(state) || !session_->connection.is_open();
    if (lost && state.empty()) throw PostgresFailure("08006", std::string("the connection ended: ") + error.what(), true);
    throw PostgresFailure(state, error.what(), lost);
  }
}

void Connection::prepare(const Statement& statement) {
  if (session_->prepared.contains(&statement)) return;
  session_->connection.prepare(statement.name(), statement.text());
  session_->prepared.insert(&statement);
}

Rows Connection::run(const Statement& statement, const Values& values) {
  return called([&] {
    prepare(statement);
    return Rows(std::make_shared<Rows::Answer>(Rows::Answer{pqxx_calls::runPrepared(*session_->plain, statement.name(), values.texts())}));
  });
}

Rows Connection::run(const std::string& sql, const Values& values) {
  return called(
      [&] { return Rows(std::make_shared<Rows::Answer>(Rows::Answer{pqxx_calls::runText(*session_->plain, sql, values.texts())})); });
}

Rows Connection::script(const std::string& sql) {
  if (sql.starts_with("begin")) failedInTransaction_ = false;
  return called([&] { return Rows(std::make_shared<Rows::Answer>(Rows::Answer{session_->plain->exec(sql)})); });
}

void Connection::copyIn(const std::string& table, const std::vector<std::string>& columns, const std::vector<Values>& rows) {
  called([&] {
    pqxx_calls::CopyIn<kCopyColumns> copy(*session_->plain, table, columns);
    for (const auto& row : rows) copy.write(row.texts());
    copy.complete();
    return 0;
  });
}

void Connection::commit(const std::string& text) {
  // PostgreSQL answers the commit of a failed transaction with success, having rolled it back.
  if (failedInTransaction_) throw PostgresFailure("25P02", "a statement of this transaction failed", false);
  script(text);
}

Patience::Patience(Connection& connection, std::chrono::milliseconds time) : connection_(connection), before_(connection.patience()) {
  const std::string limit = "'" + std::to_string(time.count()) + "ms'";
  connection.script("set local statement_timeout = " + limit + "; set local lock_timeout = " + limit);
  // The server's own limit comes first.
  connection.setPatience(time + std::chrono::seconds(2));
}

bool Connection::rollBack() noexcept {
  try {
    script("rollback");
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace learnd::postgres
