#include "adapters/postgres/interaction_sharing.hpp"

namespace learnd::postgres {

namespace {

const Statement kHasOwner("select exists (select 1 from learnings where entry_digest = $1 and owns_entry)");
const Statement kNextOwner(
    "select seq, id, revision from learnings where entry_digest = $1 and not owns_entry order by seq limit 1 for no key update");
const Statement kTakeOver("update learnings set owns_entry = true, revision = $1 where seq = $2");

}  // namespace

bool hasOwner(Connection& connection, const record_rows::Digest& digest) {
  const Rows rows = connection.run(kHasOwner, Values().add(digest));
  return Row(rows, 0).boolean();
}

void passEntryOn(WriteContext& context, const record_rows::Digest& digest) {
  const Rows rows = context.connection.run(kNextOwner, Values().add(digest));
  if (rows.empty()) return;
  Row row(rows, 0);
  OutboxRow next;
  next.seq = row.integer();
  next.id = row.id();
  next.revision = row.count() + 1;
  context.connection.run(kTakeOver, Values().add(next.revision).add(next.seq));
  enqueue(context, next);
}

}  // namespace learnd::postgres
