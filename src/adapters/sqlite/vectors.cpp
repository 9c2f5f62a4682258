#include "adapters/sqlite/vectors.hpp"

#include "adapters/sqlite/settings.hpp"

#include <bit>
#include <cstring>

namespace learnd::sqlite {

namespace {

static_assert(std::endian::native == std::endian::little, "vectors are stored little end first, as they lie in memory");

const std::string kUsed = "embedder";
const std::string kRebuilding = "rebuilt_embedder";

// A vector that is there is of this very text: a new text drops it.
const FixedSql kKeepVector(
    "insert into vectors (seq, clipped, vector) values (?, ?, ?) on conflict (seq) do update set "
    "clipped = excluded.clipped, vector = excluded.vector where vectors.vector is null");
const FixedSql kMarkIndexed("insert into vectors (seq, clipped, vector) values (?, ?, null) on conflict (seq) do nothing");
const FixedSql kDropVector("delete from vectors where seq = ?");
const FixedSql kDropRebuilt("delete from rebuilt_vectors where seq = ?");
const FixedSql kSaveRebuilt(
    "insert into rebuilt_vectors (seq, clipped, vector) select seq, ?, ? from learnings where id = ? and revision = ? "
    "on conflict (seq) do update set clipped = excluded.clipped, vector = excluded.vector");

const FixedSql kDropAll("delete from vectors");
const FixedSql kDropAllRebuilt("delete from rebuilt_vectors");
const FixedSql kTakeRebuilt("insert or replace into vectors (seq, clipped, vector) select seq, clipped, vector from rebuilt_vectors");
// Those that wait already keep their place; what was set aside may do better with another model.
const FixedSql kEnqueueMissing(
    "insert into outbox (seq, id, revision, removal, queued) select seq, id, revision, 0, seq from learnings "
    "where +status = 0 and +owns_entry = 1 and not exists (select 1 from vectors v where v.seq = learnings.seq) "
    "on conflict (seq) do update set due = 0, attempts = 0, set_aside = 0, error = null");

Blob bytesOf(const std::vector<float>& vector) {
  return {reinterpret_cast<const std::uint8_t*>(vector.data()), vector.size() * sizeof(float)};
}

std::uint64_t dropAll(WriteContext& context) {
  context.connection.query(kDropAll).run();
  return static_cast<std::uint64_t>(context.connection.changes());
}

}  // namespace

std::optional<std::vector<float>> readVector(const Query& row, int column) {
  if (row.isNull(column)) return std::nullopt;
  const Blob bytes = row.blob(column);
  std::vector<float> vector(bytes.size() / sizeof(float));
  if (!vector.empty()) std::memcpy(vector.data(), bytes.data(), vector.size() * sizeof(float));
  return vector;
}

void keepVector(WriteContext& context, std::int64_t seq, const ports::IndexedEntry& entry) {
  if (entry.vector) {
    context.connection.query(kKeepVector).bind(seq).bind(entry.clipped).bind(bytesOf(*entry.vector)).run();
  } else {
    context.connection.query(kMarkIndexed).bind(seq).bind(entry.clipped).run();
  }
}

void dropVector(WriteContext& context, std::int64_t seq) {
  context.connection.query(kDropVector).bind(seq).run();
  context.connection.query(kDropRebuilt).bind(seq).run();
}

std::uint64_t useEmbedder(WriteContext& context, const std::string& digest) {
  const bool isSame = readSetting(context.connection, kUsed) == digest;
  const bool isRebuilt = readSetting(context.connection, kRebuilding) == digest;
  if (isSame && !isRebuilt) return 0;
  const std::uint64_t dropped = isSame ? 0 : dropAll(context);
  if (isRebuilt) context.connection.query(kTakeRebuilt).run();
  context.connection.query(kDropAllRebuilt).run();
  writeSetting(context.connection, kRebuilding, "");
  writeSetting(context.connection, kUsed, digest);
  context.connection.query(kEnqueueMissing).run();
  return dropped;
}

std::optional<std::string> usedEmbedder(Connection& connection) {
  std::string digest = readSetting(connection, kUsed);
  if (digest.empty()) return std::nullopt;
  return digest;
}

void saveRebuiltVectors(WriteContext& context, const std::string& digest, const std::vector<ports::IndexedEntry>& entries) {
  if (readSetting(context.connection, kRebuilding) != digest) {
    context.connection.query(kDropAllRebuilt).run();
    writeSetting(context.connection, kRebuilding, digest);
  }
  for (const auto& entry : entries) {
    auto query = context.connection.query(kSaveRebuilt);
    query.bind(entry.clipped);
    if (entry.vector) {
      query.bind(bytesOf(*entry.vector));
    } else {
      query.bind(std::nullopt);
    }
    query.bind(entry.id.bytes()).bind(entry.revision).run();
  }
}

}  // namespace learnd::sqlite
