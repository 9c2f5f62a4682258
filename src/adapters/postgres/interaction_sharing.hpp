#pragma once

#include "adapters/postgres/outbox.hpp"
#include "adapters/record_rows/entry_digest.hpp"

namespace learnd::postgres {

/// Repeats of an interaction share one entry in the index: of all active ones whose entry would be the same, one owns it and stands for the
/// others. When the owner goes or becomes different, the one that came next takes over. Under the lock of their key.

/// Whether some learning owns the entry of this digest.
bool hasOwner(Connection& connection, const record_rows::Digest& digest);

/// The entry of this digest has lost its owner: the next one takes it over, with a new revision and an outbox row.
void passEntryOn(WriteContext& context, const record_rows::Digest& digest);

}  // namespace learnd::postgres
