#pragma once

#include <chrono>
#include <cstddef>

namespace learnd::core {

/// The interface's limits, in bytes unless said.
inline constexpr std::size_t kMaxQuery = 8 * 1024;
inline constexpr std::size_t kMaxErrorText = 256 * 1024;
inline constexpr std::size_t kMaxSearchQuery = 256 * 1024;
inline constexpr std::size_t kMaxText = 256 * 1024;
inline constexpr std::size_t kMaxMetadata = 64 * 1024;
inline constexpr std::size_t kMaxBody = 1024 * 1024;
inline constexpr std::size_t kMaxIndexedText = 64 * 1024;  // of question + solution, for the words
inline constexpr std::size_t kMaxShortText = 1024;         // source, name, pattern_type
inline constexpr std::size_t kMaxListItems = 1000;         // context_used, keywords, examples …
inline constexpr std::size_t kMaxIdempotencyKeyCharacters = 128;
inline constexpr std::chrono::hours kIdempotencyLife{7 * 24};

inline constexpr std::chrono::seconds kRequestDeadline{10};  // a store or a search
inline constexpr std::chrono::seconds kIndexingWait{1};      // a store's own vector
inline constexpr std::chrono::seconds kReceiveDeadline{30};  // a request
inline constexpr std::chrono::seconds kStopDeadline{20};

}  // namespace learnd::core
