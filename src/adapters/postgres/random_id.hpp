#pragma once

#include "core/identifier.hpp"

#include <random>

namespace learnd::postgres {

/// For what must not be taken for another daemon's, or for an earlier start's.
inline core::LearningId randomId() {
  std::random_device random;
  core::LearningId::Bytes bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return core::LearningId(bytes);
}

}  // namespace learnd::postgres
