#pragma once

#include "core/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>

namespace learnd::support {

/// Coroutines of one thread take turns: several together, or one alone. In the order in which they came.
class SharedTurns {
  struct State;

 public:
  enum class Kind : bool { Together, Alone };

  SharedTurns();

  /// A turn, until it goes.
  class Turn {
   public:
    Turn(std::shared_ptr<State> state, Kind kind) : state_(std::move(state)), kind_(kind) {}
    ~Turn();
    Turn(Turn&& other) noexcept = default;
    Turn& operator=(Turn&&) = delete;

   private:
    std::shared_ptr<State> state_;
    Kind kind_;
  };

  /// Timeout where the caller is cancelled before its turn comes.
  boost::asio::awaitable<core::Result<Turn>> take(Kind kind);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace learnd::support
