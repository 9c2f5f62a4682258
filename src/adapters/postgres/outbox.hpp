#pragma once

#include "adapters/postgres/connection.hpp"
#include "core/identifier.hpp"
#include "ports/record_store.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace learnd::postgres {

/// Whose an outbox row is while it is worked on. Several daemons share the outbox: what one has claimed the others leave alone, until the
/// claim runs out, by the server's clock.
struct Claimer {
  core::LearningId id;  // of this store, new with each start
  std::chrono::milliseconds life{30'000};
};

/// What a piece of writing works with, inside its transaction.
struct WriteContext {
  Connection& connection;
  const Claimer& claimer;
};

enum class Removal : bool { No, Yes };

/// What the index has to take over of one learning: its entry, or that it has none any more.
struct OutboxRow {
  std::int64_t seq = 0;
  core::LearningId id;
  std::uint64_t revision = 0;
  Removal removal = Removal::No;
};

/// Puts a learning into the line, or makes its row there say this now; it keeps its place and is due at once. It is this daemon's first,
/// whose store goes on to index it. Before anything that locks the learning's row against references: finishing locks in this order.
void enqueue(WriteContext& context, const OutboxRow& row);

/// The parameters of a claim: "$first::uuid" and "$first+1::bigint" (milliseconds).
void addClaim(Values& values, const Claimer& claimer);

/// Claims what is due and nobody else's, oldest first. A row whose learning can't be read is set aside.
std::vector<ports::PendingEntry> claimPending(Connection& connection, const Claimer& claimer, core::Timestamp now, std::size_t limit);
void finishEntries(Connection& connection, const std::vector<ports::IndexedEntry>& entries);
void failEntries(Connection& connection, const std::vector<ports::FailedEntry>& entries);
std::uint64_t retrySetAsideEntries(Connection& connection);
void makeEntriesDue(Connection& connection, core::Timestamp later);
/// Those of them that have an index entry are to be made anew; returns how many. In a transaction of its own.
std::uint64_t enqueueAgain(Connection& connection, const std::vector<core::LearningId>& ids);
/// At the end: others need not wait until the claims run out.
void releaseClaims(Connection& connection, const Claimer& claimer);

/// Learnings that the index holds, by ascending id, with their vectors.
std::vector<ports::StoredEntry> activeEntries(Connection& connection, const std::optional<core::LearningId>& after, std::size_t limit);

}  // namespace learnd::postgres
