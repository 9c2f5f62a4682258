#pragma once

#include "core/identifier.hpp"
#include "core/timestamp.hpp"

namespace learnd::ports {

/// Makes ids of new learnings: UUIDv7 of the given time, each above the one before within a process. Any thread.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual core::LearningId next(core::Timestamp time) = 0;
};

}  // namespace learnd::ports
