#pragma once

#include "core/result.hpp"

#include <stdexcept>
#include <string>
#include <type_traits>

namespace learnd::sqlite {

/// What SQLite said, on its way to the adapter's edge. It never crosses a port.
class SqliteFailure : public std::runtime_error {
 public:
  /// `code` is an extended result code.
  SqliteFailure(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] int code() const { return code_; }

 private:
  int code_;
};

/// Busy: locked by another program; StorageFull: no room, or no writing; Unavailable: the disk can't be read; TooLarge; Internal: a damaged
/// file (with what to do) or a bug.
core::Error errorOf(const SqliteFailure& failure);

/// Runs a job that returns a core::Result and turns what it throws into an error.
template <class Job>
std::invoke_result_t<Job> guarded(Job&& job) {
  try {
    return job();
  } catch (const SqliteFailure& failure) {
    return errorOf(failure);
  } catch (const std::exception& error) {
    return core::Error(core::ErrorKind::Internal, std::string("record store: ") + error.what());
  }
}

}  // namespace learnd::sqlite
