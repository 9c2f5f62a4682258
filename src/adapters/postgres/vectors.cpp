#include "adapters/postgres/vectors.hpp"

#include "adapters/postgres/learning_row.hpp"
#include "adapters/postgres/settings.hpp"

#include <bit>
#include <cstring>

namespace learnd::postgres {

namespace {

static_assert(std::endian::native == std::endian::little, "vectors are stored little end first, as they lie in memory");

const std::string kUsed = "embedder";
const std::string kRebuilding = "rebuilt_embedder";

const Statement kDropVector("delete from vectors where seq = $1");
const Statement kDropRebuilt("delete from rebuilt_vectors where seq = $1");
// The lock on the rows: a text that changes meanwhile is seen, or sees what is kept here and drops it.
const Statement kSaveRebuilt(
    "with given as (select * from unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::text[]) as g (id, revision, clipped, vector)), "
    "current as (select l.seq, g.clipped, g.vector from given g join learnings l on l.id = g.id and l.revision = g.revision "
    "order by l.seq for share of l) "
    "insert into rebuilt_vectors (seq, clipped, vector) select seq, clipped, vector::bytea from current "
    "on conflict (seq) do update set clipped = excluded.clipped, vector = excluded.vector");

const Statement kDropAll("delete from vectors");
const Statement kDropAllRebuilt("delete from rebuilt_vectors");
const Statement kTakeRebuilt(
    "insert into vectors (seq, clipped, vector) select seq, clipped, vector from rebuilt_vectors "
    "on conflict (seq) do update set clipped = excluded.clipped, vector = excluded.vector");
// Those that wait already keep their place; what was set aside may do better with another model.
const Statement kEnqueueMissing(
    "insert into outbox (seq, id, revision, removal) select l.seq, l.id, l.revision, false from learnings l "
    "where l.status = 'active' and l.owns_entry and not exists (select 1 from vectors v where v.seq = l.seq) order by l.seq "
    "on conflict (seq) do update set due = '-infinity', attempts = 0, set_aside = false, error = null, claimed_by = null, claimed_until = "
    "null");

}  // namespace

std::optional<std::vector<float>> readVector(Row& row) {
  if (row.absent()) return std::nullopt;
  const auto bytes = row.bytes();
  std::vector<float> vector(bytes.size() / sizeof(float));
  if (!vector.empty()) std::memcpy(vector.data(), bytes.data(), vector.size() * sizeof(float));
  return vector;
}

ports::StoredEntry readEntry(Row& row) {
  ports::StoredEntry entry;
  entry.vector = readVector(row);
  entry.learning = readLearning(row);
  return entry;
}

std::string vectorText(const std::vector<float>& vector) {
  return bytesText(reinterpret_cast<const std::uint8_t*>(vector.data()), vector.size() * sizeof(float));
}

Values valuesOf(const std::vector<ports::IndexedEntry>& entries) {
  ArrayText ids;
  ArrayText revisions;
  ArrayText clipped;
  ArrayText vectors;
  for (const auto& entry : entries) {
    ids.add(entry.id.text());
    revisions.add(static_cast<std::int64_t>(entry.revision));
    clipped.add(entry.clipped);
    if (entry.vector) {
      vectors.add(vectorText(*entry.vector));
    } else {
      vectors.add(std::nullopt);
    }
  }
  Values values;
  values.add(ids.text()).add(revisions.text()).add(clipped.text()).add(vectors.text());
  return values;
}

void dropVector(Connection& connection, std::int64_t seq) {
  connection.run(kDropVector, Values().add(seq));
  connection.run(kDropRebuilt, Values().add(seq));
}

std::uint64_t useEmbedder(Connection& connection, const std::string& digest) {
  const bool isSame = lockSetting(connection, kUsed) == digest;
  const bool isRebuilt = lockSetting(connection, kRebuilding) == digest;
  if (isSame && !isRebuilt) return 0;
  const std::uint64_t dropped = isSame ? 0 : connection.run(kDropAll).affected();
  if (isRebuilt) connection.run(kTakeRebuilt);
  connection.run(kDropAllRebuilt);
  writeSetting(connection, kRebuilding, "");
  writeSetting(connection, kUsed, digest);
  connection.run(kEnqueueMissing);
  return dropped;
}

std::optional<std::string> usedEmbedder(Connection& connection) {
  std::string digest = readSetting(connection, kUsed);
  if (digest.empty()) return std::nullopt;
  return digest;
}

std::string holdUsedEmbedder(Connection& connection) { return holdSetting(connection, kUsed); }

void saveRebuiltVectors(Connection& connection, const std::string& digest, const std::vector<ports::IndexedEntry>& entries) {
  if (lockSetting(connection, kRebuilding) != digest) {
    connection.run(kDropAllRebuilt);
    writeSetting(connection, kRebuilding, digest);
  }
  connection.run(kSaveRebuilt, valuesOf(entries));
}

}  // namespace learnd::postgres
