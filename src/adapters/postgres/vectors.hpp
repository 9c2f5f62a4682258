#pragma once

#include "adapters/postgres/connection.hpp"
#include "ports/record_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace learnd::postgres {

/// The vector in a row's next column; nothing where it is null.
std::optional<std::vector<float>> readVector(Row& row);
/// The vector, then learningColumns.
ports::StoredEntry readEntry(Row& row);
/// As bytea is read.
std::string vectorText(const std::vector<float>& vector);

/// Ids, revisions, whether clipped, vectors: a list each, as the parameters $1 to $4.
Values valuesOf(const std::vector<ports::IndexedEntry>& entries);

/// Its text changed. After the outbox says so: a vector that is being finished meanwhile is seen then.
void dropVector(Connection& connection, std::int64_t seq);

/// By the rules of ports::RecordStore, each in a transaction of its own.
std::uint64_t useEmbedder(Connection& connection, const std::string& digest);
std::optional<std::string> usedEmbedder(Connection& connection);
/// Empty: none. Until the transaction ends nobody changes it.
std::string holdUsedEmbedder(Connection& connection);
void saveRebuiltVectors(Connection& connection, const std::string& digest, const std::vector<ports::IndexedEntry>& entries);

}  // namespace learnd::postgres
