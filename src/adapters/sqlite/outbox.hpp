#pragma once

#include "adapters/sqlite/writer.hpp"
#include "core/identifier.hpp"
#include "ports/record_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace learnd::sqlite {

enum class Removal : bool { No, Yes };

/// What the index has to take over of one learning: its entry, or that it has none any more.
struct OutboxRow {
  std::int64_t seq = 0;
  core::LearningId id;
  std::uint64_t revision = 0;
  Removal removal = Removal::No;
};

/// Puts a learning into the line, or makes its row there say this now; it keeps its place and is due at once.
void enqueue(WriteContext& context, const OutboxRow& row);

/// The revision of an erased learning's removal that still waits under this id: whoever has the id next must go on behind it, or the index
/// would take the new entry for an old one.
std::optional<std::uint64_t> removalOf(WriteContext& context, const core::LearningId& id);
/// A row comes into the index: the removal of an earlier one of its id, which would take the new entry out again, goes.
void dropEarlierRemoval(WriteContext& context, const core::LearningId& id, std::int64_t seq);

struct PendingRows {
  std::vector<ports::PendingEntry> entries;
  std::vector<ports::FailedEntry> unreadable;  // to be set aside
};

PendingRows pendingEntries(Connection& connection, core::Timestamp now, std::size_t limit);
void finishEntries(WriteContext& context, const std::vector<ports::IndexedEntry>& entries);
void failEntries(WriteContext& context, const std::vector<ports::FailedEntry>& entries);
std::uint64_t retrySetAsideEntries(WriteContext& context);

void makeEntriesDue(WriteContext& context, core::Timestamp later);
/// Those of them that have an index entry are to be made anew; returns how many.
std::uint64_t enqueueAgain(WriteContext& context, const std::vector<core::LearningId>& ids);

/// Learnings that the index holds, by ascending id, with their vectors.
std::vector<ports::StoredEntry> activeEntries(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit);

}  // namespace learnd::sqlite
