#include "adapters/postgres/server.hpp"

#include "adapters/postgres/connection_text.hpp"
#include "support/log.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
using core::Error;
using core::ErrorKind;
using core::Result;

constexpr auto kGlance = 100ms;         // between two looks at what runs
constexpr auto kLongestPause = 2000ms;  // between two tries to connect
constexpr int kOldestServer = 130000;

/// Doubles from a tenth of a second to two, a quarter more or less, so that many daemons don't come at once.
std::chrono::milliseconds backOff(unsigned failures) {
  static thread_local std::mt19937 random{std::random_device{}()};
  const auto pause = std::min<std::chrono::milliseconds>(kLongestPause, 100ms * (1U << std::min(failures, 5U)));
  return pause * std::uniform_int_distribution<int>(75, 125)(random) / 100;
}

std::string versionText(int version) { return std::to_string(version / 10000) + "." + std::to_string(version % 10000); }

std::string quotedName(const std::string& name) {
  std::string quoted = "\"";
  for (const char sign : name) quoted += sign == '"' ? "\"\"" : std::string(1, sign);
  return quoted + "\"";
}

std::string millisecondsText(std::chrono::milliseconds time) { return "'" + std::to_string(time.count()) + "ms'"; }

std::string sessionSettings(const ServerSettings& settings, Durability durability) {
  std::string sql = "set client_min_messages = error; set timezone = 'UTC'; set datestyle = 'ISO'; set bytea_output = 'hex';";
  sql += "set extra_float_digits = 1; set default_transaction_isolation = 'read committed'; set default_transaction_read_only = off;";
  sql += "set search_path = " + quotedName(settings.schema) + ";";
  sql += "set statement_timeout = " + millisecondsText(settings.statementTimeout) + ";";
  sql += "set lock_timeout = " + millisecondsText(settings.lockTimeout) + ";";
  sql += "set idle_in_transaction_session_timeout = '60s';";
  if (!settings.daemon.empty()) sql += "set learnd.daemon = '" + settings.daemon + "';";
  if (durability == Durability::Unsynced) return sql + "set synchronous_commit = off";
  // Where an administrator wants more than the disk (remote_apply), that stays.
  return sql + "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local')";
}

}  // namespace

Server::Server(ServerSettings settings, Prepare prepare) : settings_(std::move(settings)), prepare_(std::move(prepare)) {}

Server::~Server() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    // The schema's steps that the keeper may be in the midst of: what is not committed of them is undone.
    for (auto* connection : watched_) connection->cutOff();
  }
  changed_.notify_all();
  if (keeper_.joinable()) keeper_.join();
}

Result<void> Server::start() {
  auto first = probe();
  if (!first) return first;
  keeper_ = std::thread([this] { keep(); });
  return {};
}

std::optional<std::string> Server::whyDown() const {
  const std::lock_guard lock(mutex_);
  return down_ ? std::optional(reason_) : std::nullopt;
}

std::string Server::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

void Server::noteHanging() { noteDown("PostgreSQL can't be used: it does not answer: see its log, and whether its machine is overloaded"); }

void Server::noteDown(std::string reason) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = !stopping_ && (!down_ || reason_ != reason);
    told_ = told_ || news;
    failures_ = down_ ? failures_ + 1 : 0;
    down_ = true;
    reason_ = std::move(reason);
    nextTry_ = Connection::Clock::now() + backOff(failures_);
    reason = reason_;
  }
  if (news) support::log::warning("the record store is down", {{"ERROR", reason}});
}

/// Throws PostgresFailure; the message of one that could not connect says what to do.
std::shared_ptr<Connection> Server::open(Durability durability) {
  std::string password;
  if (!settings_.passwordFile.empty()) {
    auto read = readPassword(settings_.passwordFile);
    if (!read) throw PostgresFailure("28P01", "PostgreSQL can't be used: " + read.error().message(), true);
    password = std::move(*read);
  }
  std::unique_ptr<Connection> fresh;
  try {
    fresh = std::make_unique<Connection>(connectionText(settings_.dsn, password, settings_.connectTimeout));
  } catch (const PostgresFailure& failure) {
    throw PostgresFailure(failure.state(), adviceFor(withoutPassword(failure.what(), password)), true);
  }
  if (fresh->serverVersion() < kOldestServer) {
    throw PostgresFailure("0A000", "PostgreSQL can't be used: it is " + versionText(fresh->serverVersion()) + ", learnd needs 13 or newer",
                          true);
  }
  Connection* raw = fresh.get();
  {
    const std::lock_guard lock(mutex_);
    version_ = versionText(raw->serverVersion());
    watched_.insert(raw);
    if (stopping_) raw->cutOff();
  }
  fresh.release();
  // Watched until it goes: the keeper never sees one that is half gone.
  std::shared_ptr<Connection> connection(raw, [this](Connection* ended) {
    {
      const std::lock_guard lock(mutex_);
      watched_.erase(ended);
    }
    delete ended;
  });
  connection->setPatience(settings_.statementTimeout + 1500ms);
  connection->script(sessionSettings(settings_, durability));
  return connection;
}

std::shared_ptr<Connection> Server::connect(Durability durability) {
  if (const auto down = whyDown()) throw ServerDown(*down);
  try {
    return open(durability);
  } catch (const PostgresFailure& failure) {
    const std::string said = failure.what();
    // Others have theirs: the server is there.
    const bool crowded = said.find("too many") != std::string::npos || said.find("connection slots") != std::string::npos;
    if (crowded) throw PostgresFailure("53300", said, true);
    noteDown(said);
    throw ServerDown(said);
  }
}

/// Whether it is there and fit for use. An error: it is there, but prepare refuses it.
Result<void> Server::probe() {
  try {
    const auto connection = open(Durability::Synced);
    if (auto prepared = prepare_(*connection); !prepared) {
      if (prepared.error().kind() == ErrorKind::Internal) {
        noteDown(prepared.error().message());
        return prepared;
      }
      noteDown(prepared.error().message());
      return {};
    }
    bool wasDown = false;
    {
      const std::lock_guard lock(mutex_);
      wasDown = std::exchange(told_, false);
      down_ = false;
      failures_ = 0;
    }
    if (wasDown) support::log::info("the record store is there", {{"VERSION", version()}});
  } catch (const PostgresFailure& failure) {
    // What kept us from connecting says already what to do.
    noteDown(failure.lostConnection() ? failure.what() : errorOf(failure).message());
  } catch (const std::exception& error) {
    noteDown(error.what());
  }
  return {};
}

void Server::cutOffOverdue() {
  bool hangs = false;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Connection::Clock::now();
    for (auto* connection : watched_) {
      if (!connection->isOverdue(now) || connection->wasCutOff()) continue;
      connection->cutOff();
      hangs = true;
    }
  }
  if (hangs) noteHanging();
}

void Server::keep() {
  while (true) {
    bool due = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kGlance, [this] { return stopping_; });
      if (stopping_) return;
      due = down_ && Connection::Clock::now() >= nextTry_;
    }
    cutOffOverdue();
    if (due) (void)probe();
  }
}

}  // namespace learnd::postgres
