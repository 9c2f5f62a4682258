#pragma once

#include "core/limits.hpp"

#include <chrono>
#include <cstddef>

namespace learnd::interfaces::http {

/// What a client may send and how long everything may take.
struct ConnectionLimits {
  std::size_t header = 64 * 1024;                              // bytes of a request's head
  std::size_t body = core::kMaxBody;                           // an import's has no limit
  std::chrono::milliseconds receive = core::kReceiveDeadline;  // a whole request, from its first byte; of an import each piece
  std::chrono::milliseconds answer = core::kRequestDeadline;   // what a handler may take; an import and an export may take longer
  std::chrono::milliseconds send{30000};                       // until a client takes the next part of an answer
  std::chrono::milliseconds idle{300000};                      // between requests
};

}  // namespace learnd::interfaces::http
