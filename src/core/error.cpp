#include "core/error.hpp"

#include <stdexcept>

namespace learnd::core {

Error Error::invalidField(std::string field, std::string message) {
  Error error(ErrorKind::InvalidInput, std::move(message));
  error.field_ = std::move(field);
  return error;
}

Error Error::tooLarge(std::string field, std::string message) {
  Error error(ErrorKind::TooLarge, std::move(message));
  error.field_ = std::move(field);
  return error;
}

Error Error::withField(std::string field) const {
  Error copy = *this;
  copy.field_ = std::move(field);
  return copy;
}

Error Error::withId(std::string id) const {
  Error copy = *this;
  copy.id_ = std::move(id);
  return copy;
}

void throw_exception_from_error(const Error& error, const boost::source_location& place) {
  throw std::logic_error("value() of an error at " + place.to_string() + ": " + error.message());
}

}  // namespace learnd::core
