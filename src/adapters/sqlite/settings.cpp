#include "adapters/sqlite/settings.hpp"

namespace learnd::sqlite {

namespace {

const FixedSql kRead("select value from settings where name = ?");
const FixedSql kWrite("insert into settings (name, value) values (?, ?) on conflict (name) do update set value = excluded.value");
const FixedSql kForget("delete from settings where name = ?");

}  // namespace

std::string readSetting(Connection& connection, const std::string& name) {
  auto query = connection.query(kRead);
  query.bind(name);
  return query.step() ? std::string(query.text(0)) : std::string();
}

void writeSetting(Connection& connection, const std::string& name, const std::string& value) {
  if (value.empty()) {
    connection.query(kForget).bind(name).run();
  } else {
    connection.query(kWrite).bind(name).bind(value).run();
  }
}

}  // namespace learnd::sqlite
