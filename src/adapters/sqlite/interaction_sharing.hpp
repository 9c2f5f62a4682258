#pragma once

#include "adapters/sqlite/learning_row.hpp"
#include "adapters/sqlite/writer.hpp"

namespace learnd::sqlite {

/// Repeats of an interaction share one entry in the index: of all active ones whose entry would be the same, one owns it and stands for the
/// others. When the owner goes or becomes different, the one that came next takes over.

/// Whether some learning owns the entry of this digest.
bool hasOwner(Connection& connection, const Digest& digest);

/// Whether others share the entry of this digest besides its owner.
bool isShared(Connection& connection, const Digest& digest);

/// The entry of this digest has lost its owner: the next one takes it over, with a new revision and an outbox row.
void passEntryOn(WriteContext& context, const Digest& digest);

}  // namespace learnd::sqlite
