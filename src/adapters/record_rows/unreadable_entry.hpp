#pragma once

#include "ports/record_store.hpp"

#include <exception>
#include <string>

namespace learnd::record_rows {

/// What becomes of an outbox row whose learning can't be read: it is set aside with the reason, and the others go on.
inline ports::FailedEntry unreadableEntry(const ports::PendingEntry& entry, const std::exception& why) {
  ports::FailedEntry failed;
  failed.id = entry.id;
  failed.revision = entry.revision;
  failed.error = std::string("the stored learning can't be read: ") + why.what();
  failed.setAside = true;
  return failed;
}

}  // namespace learnd::record_rows
