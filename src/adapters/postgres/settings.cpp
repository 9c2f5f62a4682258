#include "adapters/postgres/settings.hpp"

namespace learnd::postgres {

namespace {

const Statement kRead("select value from settings where name = $1");
const Statement kLock("select value from settings where name = $1 for update");
const Statement kHold("select value from settings where name = $1 for share");
const Statement kWrite("insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value");
const Statement kForget("delete from settings where name = $1");

std::string valueOf(const Rows& rows) { return rows.empty() ? std::string() : Row(rows, 0).text(); }

}  // namespace

std::string readSetting(Connection& connection, const std::string& name) { return valueOf(connection.run(kRead, Values().add(name))); }

std::string lockSetting(Connection& connection, const std::string& name) { return valueOf(connection.run(kLock, Values().add(name))); }

std::string holdSetting(Connection& connection, const std::string& name) { return valueOf(connection.run(kHold, Values().add(name))); }

void writeSetting(Connection& connection, const std::string& name, const std::string& value) {
  if (value.empty()) {
    connection.run(kForget, Values().add(name));
  } else {
    connection.run(kWrite, Values().add(name).add(value));
  }
}

}  // namespace learnd::postgres
