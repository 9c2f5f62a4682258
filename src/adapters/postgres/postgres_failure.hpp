#pragma once

#include "core/result.hpp"

#include <stdexcept>
#include <string>
#include <type_traits>

namespace learnd::postgres {

/// What PostgreSQL, or the way to it, said, on its way to the adapter's edge. It never crosses a port.
class PostgresFailure : public std::runtime_error {
 public:
  /// `state` is the SQLSTATE; empty where the connection broke without one.
  PostgresFailure(std::string state, const std::string& message, bool lostConnection)
      : std::runtime_error(message), state_(std::move(state)), lostConnection_(lostConnection) {}

  [[nodiscard]] const std::string& state() const { return state_; }
  /// The connection is of no use any more; what was not committed on it is undone.
  [[nodiscard]] bool lostConnection() const { return lostConnection_; }
  /// Another transaction was in the way: the same work may pass when it is tried again.
  [[nodiscard]] bool mayPassAgain() const;
  /// The transaction can't have been committed, even where the failure is COMMIT's.
  [[nodiscard]] bool isCertainlyUndone() const;

 private:
  std::string state_;
  bool lostConnection_;
};

/// Thrown instead of asking a server that is known to be down.
class ServerDown : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Timeout: a lock or a statement took too long; Busy: others are in the way, or too many connections; StorageFull: no room, or a standby;
/// Unavailable: down, refused, or not set up (the message says what to do); TooLarge; Internal: a bug.
core::Error errorOf(const PostgresFailure& failure);

/// What a server that can't be reached, or refuses us, needs: its own words and the command that mends it.
std::string adviceFor(const std::string& serverSaid);

/// Runs a job that returns a core::Result and turns what it throws into an error.
template <class Job>
std::invoke_result_t<Job> guarded(Job&& job) {
  try {
    return job();
  } catch (const PostgresFailure& failure) {
    return errorOf(failure);
  } catch (const ServerDown& down) {
    return core::Error(core::ErrorKind::Unavailable, down.what());
  } catch (const std::exception& error) {
    return core::Error(core::ErrorKind::Internal, std::string("record store: ") + error.what());
  }
}

}  // namespace learnd::postgres
