#pragma once

#include "interfaces/http/message.hpp"
#include "support/blocking_pool.hpp"

#include <cstddef>
#include <utility>

namespace learnd::interfaces::http {

/// From this size on an answer takes longer to encode than others should wait for the I/O thread.
inline constexpr std::size_t kLongAnswer = 256 * 1024;

/// The answer as JSON. `size` says about how many bytes it will have: a long one is encoded, and freed, on the pool.
template <class Answer>
ports::Task<Response> encodeAnswer(support::BlockingPool& pool, Answer answer, json::Value (*encode)(const Answer&), std::size_t size) {
  if (size < kLongAnswer) co_return jsonResponse(200, encode(answer));
  auto work = [answer = std::move(answer), encode]() -> core::Result<Response> { return jsonResponse(200, encode(answer)); };
  co_return co_await pool.run(std::move(work));
}

}  // namespace learnd::interfaces::http
