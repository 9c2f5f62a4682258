#include "app/temporary_store.hpp"

#include "adapters/qdrant/collection_calls.hpp"
#include "app/wiring.hpp"
#include "core/hex.hpp"
#include "support/thrown.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cstdlib>
#include <exception>
#include <random>
#include <string>
#include <system_error>

namespace learnd::app {

namespace {

using core::Error;
using core::ErrorKind;
using core::Result;

/// For what must not be taken for another daemon's.
std::string randomName() {
  std::random_device random;
  std::array<std::uint8_t, 8> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return core::hexText(bytes);
}

ports::Task<void> dropCollections(qdrant::QdrantApi& api, const std::string& prefix) {
  auto names = co_await qdrant::listCollections(api);
  if (!names) co_return names.error();
  for (const auto& name : *names) {
    if (!name.starts_with(prefix)) continue;
    auto dropped = co_await qdrant::dropCollection(api, name);
    if (!dropped) co_return dropped.error();
  }
  co_return Result<void>();
}

Result<void> removeCollections(const config::Config& config) {
  auto server = qdrantSettingsOf(config);
  if (!server) return server.error();
  Result<void> outcome = Error(ErrorKind::Internal, "the call ended without an answer");
  boost::asio::io_context context{1};
  qdrant::QdrantApi api(std::move(server->url), std::move(server->apiKey));
  const auto keep = [&outcome, &context](const std::exception_ptr& thrown, Result<void> done) {
    outcome = thrown ? Result<void>(Error(ErrorKind::Internal, support::reasonOf(thrown))) : std::move(done);
    // Connections that are kept for a next call would go on.
    context.stop();
  };
  boost::asio::co_spawn(context, dropCollections(api, config.index.prefix), keep);
  context.run();
  return outcome;
}

}  // namespace

Result<void> makeTemporary(config::Config& config, support::Places& places) {
  const std::string name = randomName();
  config.store.schema = "learnd_temporary_" + name;
  config.index.prefix = "learnd-temporary-" + name + "-";
  std::error_code failed;
  std::string folder = (std::filesystem::temp_directory_path(failed) / "learnd-temporary-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr)
    return Error(ErrorKind::Internal, "no temporary folder can be made as " + folder + ": name another place in TMPDIR");
  places.state = folder;
  return {};
}

Result<void> removeTemporary(const config::Config& config, const support::Places& places) {
  std::string left;
  const auto note = [&left](const std::string& what, const std::string& why) {
    left += (left.empty() ? "" : "; ") + what + " (" + why + ')';
  };
  if (config.store.backend == "postgres") {
    if (auto dropped = postgres::PostgresRecordStore::drop(postgresOptionsOf(config)); !dropped)
      note("PostgreSQL's schema " + config.store.schema, dropped.error().message());
  }
  if (config.index.backend == "qdrant") {
    if (auto removed = removeCollections(config); !removed)
      note("Qdrant's collections that begin with " + config.index.prefix, removed.error().message());
  }
  std::error_code failed;
  std::filesystem::remove_all(places.state, failed);
  if (failed) note("the folder " + places.state.string(), failed.message());
  if (left.empty()) return {};
  return Error(ErrorKind::Unavailable, "left behind, to be removed by hand: " + left);
}

}  // namespace learnd::app
