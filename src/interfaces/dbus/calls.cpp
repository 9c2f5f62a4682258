#include "interfaces/dbus/calls.hpp"

#include "interfaces/dbus/errors.hpp"
#include "support/log.hpp"
#include "support/thrown.hpp"
#include "support/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace learnd::interfaces::dbus {

namespace {

namespace asio = boost::asio;

std::string senderOf(sd_bus_message* call) {
  const char* sender = sd_bus_message_get_sender(call);
  return sender == nullptr ? std::string() : std::string(sender);
}

// What a method throws is a bug of ours: its caller gets an answer all the same.
ports::Task<BusMessage> guarded(ports::Task<BusMessage> method) {
  std::exception_ptr thrown;
  try {
    co_return co_await std::move(method);
  } catch (...) {
    thrown = std::current_exception();
  }
  support::log::error("a call on the bus failed", {{"ERROR", support::reasonOf(thrown)}});
  co_return core::Error(core::ErrorKind::Internal, "the daemon failed; its log says why");
}

}  // namespace

Calls::Calls(asio::any_io_executor executor, std::shared_ptr<Bus> bus, CallRules rules)
    : executor_(executor),
      bus_(std::move(bus)),
      rules_(std::move(rules)),
      callers_(*bus_, [this](const std::string& name) { cancelCallsOf(name); }),
      polkit_(*bus_),
      idle_(executor) {}

std::optional<core::Error> Calls::refusal(const std::string& sender) const {
  if (finishing_) return core::Error(core::ErrorKind::Unavailable, "the daemon stops");
  const auto ofSender = std::count_if(running_.begin(), running_.end(), [&sender](const Running& one) { return one.sender == sender; });
  if (running_.size() < rules_.most && static_cast<std::size_t>(ofSender) < rules_.mostOfOne) return std::nullopt;
  return core::Error(core::ErrorKind::Busy, "too many calls at once: try again in a moment");
}

int Calls::accept(sd_bus_message* call, Method method) {
  auto sender = senderOf(call);
  if (const auto refused = refusal(sender)) {
    bus_->send(errorReply(call, *refused));
    return 1;
  }
  running_.emplace_back(std::move(sender), sd_bus_message_get_expect_reply(call) > 0);
  const auto place = std::prev(running_.end());
  auto ended = [this, place](const std::exception_ptr& thrown) {
    if (thrown) support::log::error("a call on the bus ended badly", {{"ERROR", support::reasonOf(thrown)}});
    running_.erase(place);
    if (running_.empty()) idle_.cancel();
  };
  asio::co_spawn(executor_, run(share(call), std::move(method)), asio::bind_cancellation_slot(place->cancel.slot(), std::move(ended)));
  return 1;
}

asio::awaitable<void> Calls::run(BusMessage call, Method method) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto reply = co_await answer(call.get(), std::move(method));
  const auto state = co_await asio::this_coro::cancellation_state;
  // Who left reads no answer; who wants none gets none.
  if (state.cancelled() != asio::cancellation_type::none || sd_bus_message_get_expect_reply(call.get()) <= 0) co_return;
  bus_->send(reply ? std::move(*reply) : errorReply(call.get(), reply.error()));
}

ports::Task<BusMessage> Calls::answer(sd_bus_message* call, Method method) {
  auto caller = co_await callers_.identify(senderOf(call));
  if (!caller) co_return caller.error();
  if (!mayCall(*caller)) {
    co_return core::Error(core::ErrorKind::PermissionDenied,
                          "only members of the socket's group may call: ask an administrator to add you");
  }
  auto reply = co_await attempt(call, method, *caller);
  if (reply || reply.error().kind() != core::ErrorKind::PermissionDenied || !rules_.askPolkit) co_return reply;
  const auto interaction = sd_bus_message_get_allow_interactive_authorization(call) > 0 ? Interaction::Allowed : Interaction::None;
  auto consent = co_await polkit_.consent(senderOf(call), interaction);
  if (!consent) co_return core::Error(core::ErrorKind::PermissionDenied, reply.error().message() + " (" + consent.error().message() + ")");
  caller->consented = true;
  sd_bus_message_rewind(call, 1);
  co_return co_await attempt(call, method, *caller);
}

ports::Task<BusMessage> Calls::attempt(sd_bus_message* call, const Method& method, core::Caller caller) {
  auto operation = guarded(method(call, std::move(caller)));
  co_return co_await support::withTimeout(std::move(operation), rules_.deadline);
}

bool Calls::mayCall(const core::Caller& caller) const {
  if (!rules_.memberGroup || rules_.access.isAdministrator(caller) || caller.gid == *rules_.memberGroup) return true;
  return std::find(caller.groups.begin(), caller.groups.end(), *rules_.memberGroup) != caller.groups.end();
}

void Calls::cancelCallsOf(const std::string& sender) {
  for (auto next = running_.begin(); next != running_.end();) {
    // A cancelled call may end at once and take its entry with it.
    auto& one = *next++;
    if (one.needsCaller && one.sender == sender) one.cancel.emit(asio::cancellation_type::terminal);
  }
}

void Calls::cancelAll() {
  finishing_ = true;
  for (auto next = running_.begin(); next != running_.end();) {
    auto& one = *next++;
    one.cancel.emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> Calls::finish(std::chrono::milliseconds time) {
  finishing_ = true;
  idle_.expires_after(time);
  while (!running_.empty() && std::chrono::steady_clock::now() < idle_.expiry()) {
    co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  cancelAll();
  // What is cancelled ends soon; it must have ended before what it works on goes away.
  while (!running_.empty()) {
    idle_.expires_after(std::chrono::milliseconds(10));
    co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace learnd::interfaces::dbus
