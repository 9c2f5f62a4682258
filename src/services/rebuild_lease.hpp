#pragma once

#include "ports/record_store.hpp"

#include <memory>
#include <string>

namespace learnd::services {

/// The right to rebuild the index: one daemon's at a time of all that share a record store. Kept up while this lives; a daemon that is gone
/// loses it by itself. On the I/O thread.
class RebuildLease {
 public:
  RebuildLease(ports::RecordStore& records, std::string holder);
  ~RebuildLease();
  RebuildLease(const RebuildLease&) = delete;
  RebuildLease& operator=(const RebuildLease&) = delete;

  /// Takes it, or makes sure that it is still ours. False: another daemon has it.
  ports::Task<bool> take();
  /// The same; Unavailable while another daemon has it.
  ports::Task<void> hold();
  /// Whether the last of these had it.
  [[nodiscard]] bool isHeld() const;
  /// It may be taken again.
  ports::Task<void> giveBack();

 private:
  struct State;
  static boost::asio::awaitable<void> keep(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace learnd::services
