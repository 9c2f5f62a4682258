#include "adapters/sqlite/interaction_sharing.hpp"

#include "adapters/sqlite/outbox.hpp"

namespace learnd::sqlite {

namespace {

const FixedSql kHasOwner("select 1 from learnings where entry_digest = ? and owns_entry = 1");
const FixedSql kIsShared("select 1 from learnings where entry_digest = ? and owns_entry = 0 limit 1");
const FixedSql kNextOwner("select seq, id, revision from learnings where entry_digest = ? and owns_entry = 0 order by seq limit 1");
const FixedSql kTakeOver("update learnings set owns_entry = 1, revision = ? where seq = ?");

}  // namespace

bool hasOwner(Connection& connection, const Digest& digest) { return connection.query(kHasOwner).bind(digest).step(); }

bool isShared(Connection& connection, const Digest& digest) { return connection.query(kIsShared).bind(digest).step(); }

void passEntryOn(WriteContext& context, const Digest& digest) {
  std::optional<OutboxRow> next;
  {
    auto query = context.connection.query(kNextOwner);
    if (query.bind(digest).step()) {
      next = OutboxRow{query.integer(0), readId(query.blob(1)), static_cast<std::uint64_t>(query.integer(2)) + 1, Removal::No};
    }
  }
  if (!next) return;
  context.connection.query(kTakeOver).bind(next->revision).bind(next->seq).run();
  dropEarlierRemoval(context, next->id, next->seq);
  enqueue(context, *next);
}

}  // namespace learnd::sqlite
