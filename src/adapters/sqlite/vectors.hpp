#pragma once

#include "adapters/sqlite/writer.hpp"
#include "ports/record_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace learnd::sqlite {

/// The vector of a row; nothing where the column is null.
std::optional<std::vector<float>> readVector(const Query& row, int column);

/// The entry is in the index, with this vector where the store has to keep it; one that is there already is of the same text and stays.
void keepVector(WriteContext& context, std::int64_t seq, const ports::IndexedEntry& entry);
/// Its text changed.
void dropVector(WriteContext& context, std::int64_t seq);

/// By the rules of ports::RecordStore.
std::uint64_t useEmbedder(WriteContext& context, const std::string& digest);
std::optional<std::string> usedEmbedder(Connection& connection);
void saveRebuiltVectors(WriteContext& context, const std::string& digest, const std::vector<ports::IndexedEntry>& entries);

}  // namespace learnd::sqlite
