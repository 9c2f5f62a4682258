#include "adapters/sqlite/answers.hpp"

#include "adapters/sqlite/learning_row.hpp"
#include "core/limits.hpp"

namespace learnd::sqlite {

namespace {

const FixedSql kRecall(
    "select body_digest, id, created, duplicate, learning from answers where uid = ? and idempotency_key = ? and time >= ?");
const FixedSql kRemember(
    "insert into answers (uid, idempotency_key, time, body_digest, id, created, duplicate, learning) values (?, ?, ?, ?, ?, ?, ?, ?) "
    "on conflict (uid, idempotency_key) do update set time = excluded.time, body_digest = excluded.body_digest, id = excluded.id, "
    "created = excluded.created, duplicate = excluded.duplicate, learning = excluded.learning");
// A few with each new one, so that no store ever waits for a long clearing.
const FixedSql kForget("delete from answers where number in (select number from answers where time < ? order by time limit 20)");

}  // namespace

std::optional<ports::RememberedAnswer> recallAnswer(Connection& connection, std::uint32_t uid, const std::string& idempotencyKey,
                                                    core::Timestamp notBefore) {
  auto row = connection.query(kRecall);
  row.bind(uid).bind(idempotencyKey).bind(notBefore.time_since_epoch().count());
  if (!row.step()) return std::nullopt;
  ports::RememberedAnswer answer;
  answer.bodyDigest = readDigest(row.blob(0));
  answer.id = readId(row.blob(1));
  answer.created = row.integer(2) != 0;
  answer.duplicate = row.integer(3) != 0;
  answer.learning = std::string(row.text(4));
  return answer;
}

void rememberAnswer(Connection& connection, std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                    const ports::RememberedAnswer& answer) {
  connection.query(kForget).bind((now - core::kIdempotencyLife).time_since_epoch().count()).run();
  connection.query(kRemember)
      .bind(uid)
      .bind(idempotencyKey)
      .bind(now.time_since_epoch().count())
      .bind(answer.bodyDigest)
      .bind(answer.id.bytes())
      .bind(answer.created)
      .bind(answer.duplicate)
      .bind(answer.learning)
      .run();
}

}  // namespace learnd::sqlite
