#pragma once

#include "ports/id_source.hpp"

#include <cstdint>

namespace learnd::fakes {

/// Ids of version 7 whose last bytes count up from 1, so that a test knows them beforehand.
class CountingIds final : public ports::IdSource {
 public:
  core::LearningId next(core::Timestamp) override {
    ++count_;
    core::LearningId::Bytes bytes{0x01, 0x9b, 0x00, 0x00, 0x00, 0x00, 0x70, 0x00, 0x80};
    for (std::size_t i = 0; i < 4; ++i) bytes[15 - i] = static_cast<std::uint8_t>(count_ >> (8 * i));
    return core::LearningId(bytes);
  }

 private:
  std::uint32_t count_ = 0;
};

}  // namespace learnd::fakes
