#include "adapters/postgres/lease.hpp"

#include "adapters/postgres/settings.hpp"

namespace learnd::postgres {

namespace {

const std::string kPrefix = "lease:";

// The holder, a space, and when it ends, in seconds of the server's clock.
const Statement kTake(
    "insert into settings as s (name, value) "
    "values ($1, $2::text || ' ' || (extract(epoch from clock_timestamp())::bigint + $3::bigint)::text) "
    "on conflict (name) do update set value = excluded.value "
    "where split_part(s.value, ' ', 1) = $2::text or split_part(s.value, ' ', 2)::bigint <= extract(epoch from clock_timestamp())::bigint");
const Statement kGiveBack("delete from settings where name = $1 and split_part(value, ' ', 1) = $2::text");

}  // namespace

bool takeLease(Connection& connection, const std::string& name, const std::string& holder, std::chrono::seconds life) {
  return connection.run(kTake, Values().add(kPrefix + name).add(holder).add(std::int64_t{life.count()})).affected() > 0;
}

void giveLeaseBack(Connection& connection, const std::string& name, const std::string& holder) {
  connection.run(kGiveBack, Values().add(kPrefix + name).add(holder));
}

}  // namespace learnd::postgres
