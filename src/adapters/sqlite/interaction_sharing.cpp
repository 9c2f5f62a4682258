#include "adapters/sqlite/interaction_sharing.hpp"

#include "adapters/sqlite/outbox.hpp"

#include <string_view>

namespace learnd::sqlite {

namespace {

const FixedSql kHasOwner("select 1 from learnings where entry_digest = ? and owns_entry = 1");
const FixedSql kIsShared("select 1 from learnings where entry_digest = ? and owns_entry = 0 limit 1");
const FixedSql kNextOwner("select seq, id, revision from learnings where entry_digest = ? and owns_entry = 0 order by seq limit 1");
const FixedSql kTakeOver("update learnings set owns_entry = 1, revision = ? where seq = ?");

/// Length first, so that no two lists of parts give one text.
void append(std::string& all, std::string_view part) {
  all += std::to_string(part.size());
  all += ':';
  all += part;
}

}  // namespace

std::optional<Digest> entryDigestOf(const core::Learning& learning, const core::Key& key) {
  if (learning.kind != core::Kind::Interaction || learning.status != core::Status::Active) return std::nullopt;
  std::string all;
  append(all, learning.category);
  append(all, {reinterpret_cast<const char*>(key.digest.data()), key.digest.size()});
  append(all, learning.solution);
  append(all, core::nameOf(learning.outcome));
  append(all, learning.source);
  append(all, core::nameOf(learning.interaction.modelUsed));
  append(all, learning.important ? "important" : "");
  append(all, learning.promoted ? "promoted" : "");
  append(all, learning.metadata);
  return core::sha256(all);
}

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
  enqueue(context, *next);
}

}  // namespace learnd::sqlite
