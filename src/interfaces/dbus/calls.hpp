#pragma once

#include "core/access.hpp"
#include "interfaces/dbus/bus.hpp"
#include "interfaces/dbus/callers.hpp"
#include "interfaces/dbus/polkit.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>

namespace learnd::interfaces::dbus {

/// What every call has to pass before its method runs.
struct CallRules {
  core::AccessPolicy access;
  /// Only its members and administrators may call at all; unset: whoever the bus lets through.
  std::optional<std::uint32_t> memberGroup;
  /// Whether polkit is asked where a method answers PermissionDenied.
  bool askPolkit = false;
  std::chrono::milliseconds deadline{0};  // of a method
  std::size_t most = 0;                   // calls at the same time
  std::size_t mostOfOne = 0;              // of them those of one caller, so that none keeps the others out
};

/// Runs methods as coroutines and sends their answers. A caller that leaves the bus cancels what it waits for. On the bus's thread.
class Calls {
 public:
  /// Reads the arguments from `call` and answers with the reply to send. It may be run a second time, from the start, with polkit's
  /// consent. The message lives until the coroutine ends.
  using Method = std::function<ports::Task<BusMessage>(sd_bus_message* call, core::Caller caller)>;

  Calls(boost::asio::any_io_executor executor, std::shared_ptr<Bus> bus, CallRules rules);
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  /// For a handler of a vtable to return: takes the call on, or answers it with Busy.
  int accept(sd_bus_message* call, Method method);
  /// No call is taken on any more; done when those that run have answered, or the time is up and they are cancelled.
  boost::asio::awaitable<void> finish(std::chrono::milliseconds time);
  /// The connection is gone: nobody waits any more.
  void cancelAll();

 private:
  struct Running {
    Running(std::string name, bool wantsAnswer) : sender(std::move(name)), needsCaller(wantsAnswer) {}
    std::string sender;
    bool needsCaller;  // a call that wants no answer runs on when its caller has left
    boost::asio::cancellation_signal cancel;
  };

  [[nodiscard]] std::optional<core::Error> refusal(const std::string& sender) const;
  boost::asio::awaitable<void> run(BusMessage call, Method method);
  ports::Task<BusMessage> answer(sd_bus_message* call, Method method);
  ports::Task<BusMessage> attempt(sd_bus_message* call, const Method& method, core::Caller caller);
  [[nodiscard]] bool mayCall(const core::Caller& caller) const;
  void cancelCallsOf(const std::string& sender);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Bus> bus_;
  CallRules rules_;
  Callers callers_;
  Polkit polkit_;
  std::list<Running> running_;
  boost::asio::steady_timer idle_;  // an event: cancelled when the last call ends
  bool finishing_ = false;
};

}  // namespace learnd::interfaces::dbus
