#pragma once

#include "core/result.hpp"
#include "ports/record_store.hpp"

#include <string>

namespace learnd::services {

/// An opaque place in a list, bound to its filter and order: with another one it is an InvalidInput of field "cursor".
std::string writeCursor(const ports::PagePlace& place, const ports::LearningFilter& filter, ports::ListOrder order);
core::Result<ports::PagePlace> readCursor(const std::string& cursor, const ports::LearningFilter& filter, ports::ListOrder order);

}  // namespace learnd::services
