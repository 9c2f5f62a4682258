#include "app/daemon.hpp"

#include "adapters/system/system_clock.hpp"
#include "adapters/system/uuid7_source.hpp"
#include "app/wiring.hpp"
#include "core/limits.hpp"
#include "interfaces/dbus/door.hpp"
#include "services/services.hpp"
#include "support/backend_guard.hpp"
#include "support/log.hpp"
#include "support/notify.hpp"
#include "support/thrown.hpp"
#include "support/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <exception>

namespace learnd::app {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPoolThreads = 4;
/// Searches of the quality log are seen within five seconds.
constexpr auto kFlushPause = 2s;
/// Of the time that a stop may take, what stays for the quality log and the record store's end.
constexpr auto kLastWrites = 2s;
/// With the model at hand its scale takes a fraction of a second the first time; a start does not wait for more.
constexpr auto kCalibrationPatience = 5s;

/// The parts of a running daemon, in the order in which they need each other.
struct Parts {
  asio::io_context context{1};
  asio::signal_set signals{context, SIGTERM, SIGINT};  // kept from the beginning: one that comes while the index loads ends that
  support::BlockingPool pool{kPoolThreads};
  system::SystemClock clock;
  system::Uuid7Source ids;
  std::unique_ptr<ports::RecordStore> records;
  std::unique_ptr<ports::VectorIndex> index;
  std::unique_ptr<services::ServingEmbedder> embedder;
  std::unique_ptr<services::ServiceContext> shared;
  std::unique_ptr<services::Services> services;
  std::unique_ptr<interfaces::http::Server> server;
  std::unique_ptr<interfaces::dbus::Door> bus;
  std::string socket;  // for people: where the first door is
  int status = 0;
};

core::Result<void> build(Parts& parts, const config::Config& config, const support::Places& places, bool user) {
  auto access = accessPolicyOf(config);
  if (!access) return access.error();
  auto settings = serverSettingsOf(config, places);
  if (!settings) return settings.error();
  auto records = makeRecordStore(config, places);
  if (!records) return records.error();
  parts.records = std::move(*records);
  auto index = makeIndex(config, parts.pool);
  if (!index) return index.error();
  parts.index = std::move(*index);
  auto embedder = makeEmbedder(config);
  if (!embedder) return embedder.error();
  parts.embedder = std::make_unique<services::ServingEmbedder>(
      std::move(*embedder), embedderSourceOf(config),
      [config](const services::EmbedderSource& source) { return makeEarlierEmbedder(config, source); });
  parts.shared = std::make_unique<services::ServiceContext>(
      services::ServiceContext{*parts.records,
                               *parts.index,
                               *parts.embedder,
                               parts.clock,
                               parts.ids,
                               parts.pool,
                               std::move(*access),
                               rulesOf(config),
                               {config.store.backend, config.index.backend, config.embedder.backend},
                               {}});
  parts.services = std::make_unique<services::Services>(*parts.shared);
  parts.socket = settings->passed.empty() ? settings->socket : "passed by the service manager";
  parts.server = std::make_unique<interfaces::http::Server>(parts.context.get_executor(), *parts.services, std::move(*settings));
  const config::Bus bus = config.server.bus.value_or(user ? config::Bus::Session : config::Bus::System);
  if (bus != config::Bus::None) {
    const auto which = bus == config::Bus::System ? interfaces::dbus::BusKind::System : interfaces::dbus::BusKind::Session;
    auto door = doorSettingsOf(config, which);
    if (!door) return door.error();
    parts.bus = std::make_unique<interfaces::dbus::Door>(parts.context.get_executor(), *parts.services, *door);
  }
  return {};
}

void spawn(Parts& parts, asio::awaitable<void> work, const char* what) {
  asio::co_spawn(parts.context, std::move(work), [what](const std::exception_ptr& thrown) {
    if (thrown) support::log::error(what, {{"ERROR", support::reasonOf(thrown)}});
  });
}

asio::awaitable<void> flushQuality(services::QualityService& quality) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (true) {
    timer.expires_after(kFlushPause);
    const auto [cancelled] = co_await timer.async_wait(kAwait);
    if (cancelled) co_return;
    auto flushed = co_await quality.flush();
    if (!flushed) support::log::warning("the quality log is delayed", {{"ERROR", flushed.error().message()}});
  }
}

asio::awaitable<bool> isCancelled() {
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  co_return cancellation.cancelled() != asio::cancellation_type::none;
}

/// Ready to answer: the index is loaded, the scale is there where it can be had quickly, both doors are open.
asio::awaitable<core::Result<void>> open(Parts& parts) {
  auto loaded = co_await parts.services->indexer.load();
  if (!loaded && !support::isOutage(loaded.error().kind())) co_return loaded.error();
  // A server that isn't up yet is no reason to stay down: the indexer tries again, and readyz says which one it is.
  if (!loaded) support::log::warning("a backend is down", {{"ERROR", loaded.error().message()}});
  auto preparing = parts.services->calibration.prepare();
  // What is missing is said, and tried again, by the indexer.
  (void)co_await support::withTimeout(std::move(preparing), kCalibrationPatience);
  (void)co_await parts.services->quality.report();
  const bool isOver = co_await isCancelled();
  if (isOver) co_return core::Error(core::ErrorKind::Timeout, "it was stopped before it served");
  auto started = parts.server->start();
  if (!started) co_return started.error();
  if (parts.bus) parts.bus->start();
  co_return core::Result<void>();
}

/// As open(); what it throws is an error too, since who waits for one of two things goes on waiting where one throws.
asio::awaitable<core::Result<void>> openOrSay(Parts& parts) {
  try {
    co_return co_await open(parts);
  } catch (const std::exception& error) {
    co_return core::Error(core::ErrorKind::Internal, error.what());
  }
}

/// Ends in the order in which nothing that was accepted is lost.
asio::awaitable<void> close(Parts& parts) {
  support::notifyStopping();
  support::log::info("stopping");
  // Both doors at once: they have one deadline.
  constexpr std::chrono::milliseconds kDoors = core::kStopDeadline - kLastWrites;
  if (parts.bus) {
    co_await (parts.server->stop(kDoors) && parts.bus->stop(kDoors));
  } else {
    co_await parts.server->stop(kDoors);
  }
  auto flushing = parts.services->quality.flush();
  auto flushed = co_await support::withTimeout(std::move(flushing), kLastWrites / 2);
  if (!flushed) support::log::warning("the last searches are missing in the quality log", {{"ERROR", flushed.error().message()}});
  auto leaving = parts.services->rebuild.stop();
  auto left = co_await support::withTimeout(std::move(leaving), kLastWrites / 2);
  if (!left) support::log::warning("another daemon goes on with the reindex in half a minute only", {{"ERROR", left.error().message()}});
  parts.services->indexer.stop();
}

asio::awaitable<void> live(Parts& parts) {
  auto begun = co_await (openOrSay(parts) || parts.signals.async_wait(kAwait));
  if (begun.index() == 1) {
    co_await close(parts);
    parts.context.stop();
    co_return;
  }
  const auto opened = std::get<0>(std::move(begun));
  if (!opened) {
    support::log::error("learnd can't start: " + opened.error().message());
    parts.status = 1;
    parts.context.stop();
    co_return;
  }
  auto resumed = co_await parts.services->jobs.resume();
  if (!resumed) support::log::warning("whether a reindex is unfinished is not known", {{"ERROR", resumed.error().message()}});
  spawn(parts, parts.services->indexer.run(), "the indexer ended");
  if (parts.services->follower.isNeeded())
    spawn(parts, parts.services->follower.run(), "what other daemons change is not followed any more");
  spawn(parts, flushQuality(parts.services->quality), "the quality log ended");
  spawn(parts, support::pulseWatchdog(), "the watchdog's pulse ended");
  support::notifyReady("Serving");
  support::log::info("ready", {{"VERSION", LEARND_VERSION}, {"SOCKET", parts.socket}});
  co_await parts.signals.async_wait(kAwait);
  co_await close(parts);
  parts.context.stop();
}

}  // namespace

int runDaemon(const config::Config& config, const support::Places& places, bool user) {
  // A peer that is gone is an error of the write, not the end of the daemon.
  std::signal(SIGPIPE, SIG_IGN);
  Parts parts;
  auto built = build(parts, config, places, user);
  if (!built) {
    const std::string field = built.error().field();
    support::log::error("learnd can't start: " + (field.empty() ? "" : field + ": ") + built.error().message());
    return 1;
  }
  asio::co_spawn(parts.context, live(parts), [&parts](const std::exception_ptr& thrown) {
    if (!thrown) return;
    support::log::error("the daemon failed", {{"ERROR", support::reasonOf(thrown)}});
    parts.status = 1;
    // Nobody waits for its end any more, and the other coroutines would go on for ever.
    parts.context.stop();
  });
  parts.context.run();
  // Workers first: what they still hold must not come back to a loop that has ended.
  parts.bus.reset();
  parts.server.reset();
  parts.embedder.reset();
  parts.records.reset();
  parts.pool.stop();
  return parts.status;
}

}  // namespace learnd::app
