#pragma once

#include <boost/assert/source_location.hpp>

#include <string>
#include <utility>

namespace learnd::core {

/// What went wrong, by what the caller does next; codes of libraries stay in the message.
enum class ErrorKind {
  Internal,          // a bug of ours
  NotFound,          // no such thing
  InvalidInput,      // the request is wrong; `field` names where
  Conflict,          // it clashes with what is stored; `id` may name that
  PermissionDenied,  // the caller may not
  TooLarge,          // past a limit that the message names
  Busy,              // a queue is full: try again
  Unavailable,       // a backend is down
  Timeout,           // the deadline passed
  StorageFull        // no room left, or the state is read-only
};

/// An expected failure as a value. Default-constructible, and not constructible from a result's value.
class Error {
 public:
  Error() = default;
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}
  /// A wrong field of a request: `field` is its path as the caller wrote it ("metadata.os").
  static Error invalidField(std::string field, std::string message);
  /// A field past its limit.
  static Error tooLarge(std::string field, std::string message);

  [[nodiscard]] ErrorKind kind() const { return kind_; }
  /// For people: what happened and what to do.
  [[nodiscard]] const std::string& message() const { return message_; }
  /// The request's field at fault; empty where none is.
  [[nodiscard]] const std::string& field() const { return field_; }
  /// The thing in the way (a Conflict's learning or job); empty where there is none.
  [[nodiscard]] const std::string& id() const { return id_; }

  [[nodiscard]] Error withField(std::string field) const;
  [[nodiscard]] Error withId(std::string id) const;

 private:
  ErrorKind kind_ = ErrorKind::Internal;
  std::string message_;
  std::string field_;
  std::string id_;
};

/// Called by boost::system::result where value() is asked of an error: a broken invariant.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& place);

}  // namespace learnd::core
