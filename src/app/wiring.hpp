#pragma once

#include "adapters/postgres/postgres_record_store.hpp"
#include "adapters/qdrant/qdrant_index.hpp"
#include "config/config.hpp"
#include "core/access.hpp"
#include "core/result.hpp"
#include "interfaces/dbus/door.hpp"
#include "interfaces/http/server.hpp"
#include "ports/embedder.hpp"
#include "ports/record_store.hpp"
#include "ports/vector_index.hpp"
#include "services/service_context.hpp"
#include "support/blocking_pool.hpp"
#include "support/places.hpp"

#include <memory>

namespace learnd::app {

/// How its two servers are reached and what is ours on them; InvalidInput with the key that is wrong.
postgres::PostgresOptions postgresOptionsOf(const config::Config& config);
core::Result<qdrant::QdrantSettings> qdrantSettingsOf(const config::Config& config);

/// The adapters that a configuration names. Each opens what it needs, or the error says what to do.
core::Result<std::unique_ptr<ports::RecordStore>> makeRecordStore(const config::Config& config, const support::Places& places);
core::Result<std::unique_ptr<ports::VectorIndex>> makeIndex(const config::Config& config, support::BlockingPool& pool);
core::Result<std::unique_ptr<ports::Embedder>> makeEmbedder(const config::Config& config);
services::EmbedderSource embedderSourceOf(const config::Config& config);
/// One that an earlier configuration named; null where this one can't make it.
std::shared_ptr<ports::Embedder> makeEarlierEmbedder(const config::Config& config, const services::EmbedderSource& source);

services::ServiceRules rulesOf(const config::Config& config);
core::Result<core::AccessPolicy> accessPolicyOf(const config::Config& config);
/// On the system bus the socket's group may call, as it may connect to the socket.
core::Result<interfaces::dbus::DoorSettings> doorSettingsOf(const config::Config& config, interfaces::dbus::BusKind bus);
core::Result<interfaces::http::ServerSettings> serverSettingsOf(const config::Config& config, const support::Places& places);

}  // namespace learnd::app
