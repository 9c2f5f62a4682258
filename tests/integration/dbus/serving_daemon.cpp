#include "tests/integration/dbus/serving_daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <cstdlib>
#include <future>
#include <utility>

namespace learnd::test {

namespace {

services::ServiceRules rules() {
  services::ServiceRules made;
  // The fake's cosines as they are: the probe set needs a real model.
  made.rawCalibration = true;
  return made;
}

boost::asio::awaitable<void> prepare(services::Services& services) {
  auto loaded = co_await services.indexer.load();
  if (!loaded) throw std::runtime_error(loaded.error().message());
  auto prepared = co_await services.calibration.prepare();
  if (!prepared) throw std::runtime_error(prepared.error().message());
}

boost::asio::awaitable<void> importLine(services::Services& services, std::string line) {
  std::vector<services::ImportText> lines{{1, std::move(line)}};
  core::Caller root;
  auto imported = co_await services.transfer.importLines(std::move(lines), std::move(root));
  if (!imported || imported->stored != 1) throw std::runtime_error("the line is not imported");
}

}  // namespace

ServingDaemon::ServingDaemon(const std::string& address, Options options)
    : shared_{records,
              index,
              serving_,
              clock_,
              ids_,
              pool_,
              core::AccessPolicy(options.daemonUid, options.adminGroup, "helios"),
              rules(),
              {"memory", "simple", "scripted"},
              {}},
      services_(shared_) {
  setenv("DBUS_SESSION_BUS_ADDRESS", address.c_str(), 1);
  setenv("DBUS_SYSTEM_BUS_ADDRESS", address.c_str(), 1);
  door_ = std::make_unique<interfaces::dbus::Door>(context_.get_executor(), services_, options.door);
  thread_ = std::thread([this] {
    while (context_.run_one() > 0) ++handled_;
  });
  std::promise<void> prepared;
  boost::asio::co_spawn(context_, prepare(services_),
                        [&prepared](const std::exception_ptr& failed) { failed ? prepared.set_exception(failed) : prepared.set_value(); });
  prepared.get_future().get();
  run([this] { door_->start(); });
}

ServingDaemon::~ServingDaemon() {
  if (door_) stop(std::chrono::milliseconds(0));
  guard_.reset();
  thread_.join();
}

void ServingDaemon::run(const std::function<void()>& work) {
  std::promise<void> done;
  boost::asio::post(context_, [&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

void ServingDaemon::import(std::string line) {
  std::promise<void> imported;
  boost::asio::co_spawn(context_, importLine(services_, std::move(line)),
                        [&imported](const std::exception_ptr& failed) { failed ? imported.set_exception(failed) : imported.set_value(); });
  imported.get_future().get();
}

void ServingDaemon::stop(std::chrono::milliseconds time) {
  std::promise<void> stopped;
  boost::asio::co_spawn(context_, door_->stop(time),
                        [&stopped](const std::exception_ptr& failed) { failed ? stopped.set_exception(failed) : stopped.set_value(); });
  stopped.get_future().get();
  run([this] { door_.reset(); });
}

}  // namespace learnd::test
