#include "adapters/postgres/answers.hpp"

#include "core/limits.hpp"

namespace learnd::postgres {

namespace {

const Statement kRecall(
    "select body_digest, id, created, duplicate, learning from answers where uid = $1 and idempotency_key = $2 and time >= $3");
const Statement kRemember(
    "insert into answers (uid, idempotency_key, time, body_digest, id, created, duplicate, learning) values ($1, $2, $3, $4, $5, $6, $7, "
    "$8) "
    "on conflict (uid, idempotency_key) do update set time = excluded.time, body_digest = excluded.body_digest, id = excluded.id, "
    "created = excluded.created, duplicate = excluded.duplicate, learning = excluded.learning");
// A few with each new one, so that no store ever waits for a long clearing; those that another store clears are left to it.
const Statement kForget(
    "delete from answers where number in (select number from answers where time < $1 order by time limit 20 for update skip locked)");

}  // namespace

std::optional<ports::RememberedAnswer> recallAnswer(Connection& connection, std::uint32_t uid, const std::string& idempotencyKey,
                                                    core::Timestamp notBefore) {
  const Rows rows = connection.run(kRecall, Values().add(uid).add(idempotencyKey).add(notBefore));
  if (rows.empty()) return std::nullopt;
  Row row(rows, 0);
  ports::RememberedAnswer answer;
  answer.bodyDigest = row.digest();
  answer.id = row.id();
  answer.created = row.boolean();
  answer.duplicate = row.boolean();
  answer.learning = row.text();
  return answer;
}

void rememberAnswer(Connection& connection, std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                    const ports::RememberedAnswer& answer) {
  connection.run(kForget, Values().add(now - core::kIdempotencyLife));
  Values values;
  values.add(uid).add(idempotencyKey).add(now).add(answer.bodyDigest).add(answer.id).add(answer.created).add(answer.duplicate);
  connection.run(kRemember, values.add(answer.learning));
}

}  // namespace learnd::postgres
