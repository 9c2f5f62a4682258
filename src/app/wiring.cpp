#include "app/wiring.hpp"

#include "adapters/embedded_index/embedded_index.hpp"
#include "adapters/ollama/known_models.hpp"
#include "adapters/ollama/ollama_embedder.hpp"
#include "adapters/postgres/postgres_record_store.hpp"
#include "adapters/qdrant/qdrant_index.hpp"
#include "adapters/sentence_model/sentence_model_embedder.hpp"
#include "adapters/sqlite/sqlite_record_store.hpp"
#include "support/account.hpp"
#include "support/listen_descriptors.hpp"
#include "support/secret_file.hpp"

#include <unistd.h>

#include <filesystem>

namespace learnd::app {

namespace {

constexpr const char* kDefaultModel = "all-minilm-l6-v2";
constexpr const char* kDefaultOllamaModel = "nomic-embed-text";

core::Result<std::unique_ptr<ports::RecordStore>> openPostgres(const config::Config& config) {
  auto opened = postgres::PostgresRecordStore::open(postgresOptionsOf(config));
  if (!opened) return opened.error();
  return std::unique_ptr<ports::RecordStore>(std::move(*opened));
}

/// A known name lies among the installed models; a path is taken as it is.
bool isPath(const std::string& model) { return model.find('/') != std::string::npos; }

core::Result<std::unique_ptr<ports::Embedder>> makeOllamaEmbedder(const config::Config& config) {
  auto url = http_client::parseUrl(config.embedder.url);
  if (!url) return url.error().withField("embedder.url");
  ollama::EmbedderOptions options;
  options.url = std::move(*url);
  options.model = config.embedder.model.empty() ? kDefaultOllamaModel : config.embedder.model;
  options.prefix = config.embedder.queryPrefix;
  options.threads = config.embedder.threads;
  return std::unique_ptr<ports::Embedder>(std::make_unique<ollama::OllamaEmbedder>(options));
}

core::Result<std::unique_ptr<ports::VectorIndex>> makeQdrantIndex(const config::Config& config, support::BlockingPool& pool) {
  auto settings = qdrantSettingsOf(config);
  if (!settings) return settings.error();
  return std::unique_ptr<ports::VectorIndex>(std::make_unique<qdrant::QdrantIndex>(std::move(*settings), pool));
}

}  // namespace

postgres::PostgresOptions postgresOptionsOf(const config::Config& config) {
  postgres::PostgresOptions options;
  options.dsn = config.store.dsn;
  options.passwordFile = config.store.passwordFile;
  options.schema = config.store.schema;
  options.followChanges = config.index.backend == "embedded";
  return options;
}

core::Result<qdrant::QdrantSettings> qdrantSettingsOf(const config::Config& config) {
  auto url = http_client::parseUrl(config.index.url);
  if (!url) return url.error().withField("index.url");
  qdrant::QdrantSettings settings;
  settings.url = std::move(*url);
  settings.prefix = config.index.prefix;
  settings.flatten = config.index.flattenMetadata ? qdrant::Flatten::Yes : qdrant::Flatten::No;
  if (!config.index.apiKeyFile.empty()) {
    auto key = support::readSecret(config.index.apiKeyFile);
    if (!key) return key.error().withField("index.api_key_file");
    settings.apiKey = std::move(*key);
  }
  return settings;
}

core::Result<std::unique_ptr<ports::RecordStore>> makeRecordStore(const config::Config& config, const support::Places& places) {
  if (config.store.backend == "postgres") return openPostgres(config);
  sqlite::SqliteOptions options;
  options.stateFolder = places.state;
  // The embedded index can't be down.
  options.keepTextIndex = config.index.backend != "embedded";
  auto opened = sqlite::SqliteRecordStore::open(std::move(options));
  if (!opened) return opened.error();
  return std::unique_ptr<ports::RecordStore>(std::move(*opened));
}

core::Result<std::unique_ptr<ports::VectorIndex>> makeIndex(const config::Config& config, support::BlockingPool& pool) {
  if (config.index.backend == "qdrant") return makeQdrantIndex(config, pool);
  return std::unique_ptr<ports::VectorIndex>(std::make_unique<embedded_index::EmbeddedIndex>(pool));
}

core::Result<std::unique_ptr<ports::Embedder>> makeEmbedder(const config::Config& config) {
  if (config.embedder.backend == "ollama") return makeOllamaEmbedder(config);
  const std::string model = config.embedder.model.empty() ? kDefaultModel : config.embedder.model;
  sentence_model::EmbedderOptions options;
  options.model = isPath(model) ? std::filesystem::path(model).filename().string() : model;
  options.folder =
      isPath(model) ? std::filesystem::path(model) : support::modelsFolder(support::thisProgram(), support::processEnvironment()) / model;
  options.prefix = config.embedder.queryPrefix.value_or("");
  options.threads = config.embedder.threads;
  auto embedder = std::make_unique<sentence_model::SentenceModelEmbedder>(options);
  // A known model that is not installed means words only; a folder that somebody named must be one. That it can't run here is no fault of
  // it.
  const bool wrong = !embedder->problem().empty() && embedder->problemKind() != core::ErrorKind::Unavailable;
  if (isPath(model) && wrong) return core::Error(core::ErrorKind::InvalidInput, embedder->problem());
  return std::unique_ptr<ports::Embedder>(std::move(embedder));
}

services::EmbedderSource embedderSourceOf(const config::Config& config) {
  const auto& embedder = config.embedder;
  const bool builtin = embedder.backend == "builtin";
  const std::string model = embedder.model.empty() ? (builtin ? kDefaultModel : kDefaultOllamaModel) : embedder.model;
  // What is known of a model may change with the program: the prefix in use is noted.
  const std::string known = builtin ? std::string() : ollama::knownPrefix(model);
  return {embedder.backend, model, builtin ? std::string() : embedder.url, embedder.queryPrefix.value_or(known)};
}

std::shared_ptr<ports::Embedder> makeEarlierEmbedder(const config::Config& config, const services::EmbedderSource& source) {
  config::Config earlier = config;
  earlier.embedder.backend = source.backend;
  earlier.embedder.model = source.model;
  earlier.embedder.url = source.url;
  earlier.embedder.queryPrefix = source.prefix;
  auto embedder = makeEmbedder(earlier);
  if (!embedder) return nullptr;
  return std::move(*embedder);
}

services::ServiceRules rulesOf(const config::Config& config) {
  services::ServiceRules rules;
  rules.scoring = config.scoring;
  rules.quality = config.quality;
  rules.redactSecrets = config.store.redact;
  rules.contextMinScore = config.context.minScore;
  rules.tokensBaseline = config.tokens.baseline;
  rules.tokensWithContext = config.tokens.withContext;
  rules.rawCalibration = config.embedder.calibration == "none";
  return rules;
}

core::Result<core::AccessPolicy> accessPolicyOf(const config::Config& config) {
  std::optional<std::uint32_t> adminGroup;
  if (!config.server.adminGroup.empty()) {
    auto group = support::findGroup(config.server.adminGroup);
    if (!group) return group.error().withField("server.admin_group");
    adminGroup = *group;
  }
  return core::AccessPolicy(::geteuid(), adminGroup, support::hostName());
}

core::Result<interfaces::dbus::DoorSettings> doorSettingsOf(const config::Config& config, interfaces::dbus::BusKind bus) {
  interfaces::dbus::DoorSettings settings(bus);
  // Whoever can connect to a session bus is its user.
  if (bus == interfaces::dbus::BusKind::Session) return settings;
  settings.memberGroup = ::getegid();
  if (!config.server.socketGroup.empty()) {
    auto group = support::findGroup(config.server.socketGroup);
    if (!group) return group.error().withField("server.socket_group");
    settings.memberGroup = *group;
  }
  return settings;
}

core::Result<interfaces::http::ServerSettings> serverSettingsOf(const config::Config& config, const support::Places& places) {
  interfaces::http::ServerSettings settings;
  settings.socket = config.server.socket.empty() ? places.socket.string() : config.server.socket;
  settings.mode = config.server.socketMode;
  settings.tcp = config.server.tcp;
  if (!config.server.socketGroup.empty()) {
    auto group = support::findGroup(config.server.socketGroup);
    if (!group) return group.error().withField("server.socket_group");
    settings.group = *group;
  }
  auto passed = support::takeListenDescriptors();
  if (!passed) return passed.error();
  settings.passed = std::move(*passed);
  return settings;
}

}  // namespace learnd::app
