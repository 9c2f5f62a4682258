#include "adapters/postgres/postgres_failure.hpp"

#include <array>
#include <string_view>

namespace learnd::postgres {

namespace {

using core::ErrorKind;

struct Meaning {
  std::string_view state;  // a SQLSTATE, or its class (two characters)
  ErrorKind kind;
  std::string_view advice;
};

// The first that fits counts. https://www.postgresql.org/docs/current/errcodes-appendix.html
constexpr auto kMeanings = std::to_array<Meaning>({
    {"57014", ErrorKind::Timeout, "the statement took too long"},
    {"55P03", ErrorKind::Timeout, "another transaction holds a lock for too long"},
    {"25P03", ErrorKind::Timeout, "the transaction took too long"},
    {"40", ErrorKind::Busy, "other transactions are in the way: try again"},
    {"53100", ErrorKind::StorageFull, "free some space where PostgreSQL keeps its data"},
    {"53300", ErrorKind::Busy, "PostgreSQL has no connection left: raise its max_connections, or try again"},
    {"53", ErrorKind::Unavailable, "PostgreSQL is out of memory or of another resource"},
    {"25006", ErrorKind::StorageFull, "PostgreSQL takes no writes (a standby?): name the primary in store.dsn"},
    {"22001", ErrorKind::TooLarge, ""},
    {"54", ErrorKind::TooLarge, ""},
    {"42501", ErrorKind::Unavailable,
     "the role of store.dsn needs the right to it: make it the database's owner (alter database … owner to …)"},
    {"42P01", ErrorKind::Unavailable, "the schema is gone: restore a dump, or restart learnd to make an empty one"},
    {"3F000", ErrorKind::Unavailable, "the schema is gone: restore a dump, or restart learnd to make an empty one"},
    {"08", ErrorKind::Unavailable, ""},
    {"28", ErrorKind::Unavailable, ""},
    {"3D", ErrorKind::Unavailable, ""},
    {"57", ErrorKind::Unavailable, ""},
    {"58", ErrorKind::Unavailable, "see PostgreSQL's log and check its disk"},
    {"XX001", ErrorKind::Internal, "PostgreSQL found damaged data: see its log and restore a dump"},
    {"XX002", ErrorKind::Internal, "PostgreSQL found a damaged index: reindex it (reindex schema …)"},
});

const Meaning* meaningOf(const std::string& state) {
  for (const auto& meaning : kMeanings) {
    if (std::string_view(state).starts_with(meaning.state)) return &meaning;
  }
  return nullptr;
}

/// One line without a blank at its end.
std::string tidied(std::string_view text) {
  std::string line;
  for (const char sign : text) {
    const bool blank = sign == '\n' || sign == '\t' || sign == ' ';
    if (!blank) {
      line += sign;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

struct Cure {
  std::string_view sign;    // what the message has in it
  std::string_view second;  // and this too, where it is not empty
  std::string_view advice;
};

// In the order in which they are looked for. The words of libpq and the server in English; in another language the message stands alone.
constexpr auto kCures = std::to_array<Cure>({
    {"role \"", "does not exist", "make the role: sudo -u postgres createuser NAME"},
    {"database \"", "does not exist", "make the database: sudo -u postgres createdb --owner=ROLE NAME"},
    {"eer authentication failed", "",
     "run learnd as the system user that the role is named after, name that role in store.dsn (user=…), or let pg_hba.conf ask for a "
     "password "
     "and name its file in store.password_file"},
    {"password authentication failed", "",
     "set the password anew (sudo -u postgres psql -c '\\password ROLE') and put it into the file that store.password_file names"},
    {"no password supplied", "", "PostgreSQL asks for a password: name a file that holds it in store.password_file"},
    {"no pg_hba.conf entry", "", "let this role in: add a line for it to pg_hba.conf, then sudo systemctl reload postgresql"},
    {"not permitted to log in", "", "let the role log in: sudo -u postgres psql -c 'alter role NAME login'"},
    {"too many", "", "PostgreSQL has no connection left: raise its max_connections"},
    {"remaining connection slots", "", "PostgreSQL has no connection left: raise its max_connections"},
    {"is starting up", "", "it is not ready yet: nothing to do but wait"},
    {"is shutting down", "", "it is being stopped: start it again with sudo systemctl start postgresql"},
    {"could not translate host name", "", "correct the host in store.dsn"},
    {"No such file or directory", "", "start it: sudo systemctl start postgresql; or correct the host in store.dsn"},
    {"Connection refused", "", "start it: sudo systemctl start postgresql; or correct host and port in store.dsn"},
    {"Permission denied", "", "let learnd reach the socket's folder"},
    {"timeout expired", "", "it does not answer: see its log, and whether the network lets us through"},
});

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The name in quotes behind `sign`.
std::string nameBehind(std::string_view text, std::string_view sign) {
  const auto begin = text.find(sign);
  if (begin == std::string_view::npos) return {};
  const auto from = begin + sign.size();
  const auto end = text.find('"', from);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(from, end - from));
}

void fillIn(std::string& advice, std::string_view place, const std::string& name) {
  if (name.empty()) return;
  const auto at = advice.find(place);
  if (at != std::string::npos) advice.replace(at, place.size(), name);
}

}  // namespace

bool PostgresFailure::mayPassAgain() const {
  // 23505 is how a race about who owns a shared entry ends; a second try finds the owner.
  return state_ == "40001" || state_ == "40P01" || state_ == "23505";
}

bool PostgresFailure::isCertainlyUndone() const {
  return !lostConnection_ && (state_.starts_with("40") || state_.starts_with("23") || state_.starts_with("25"));
}

core::Error errorOf(const PostgresFailure& failure) {
  const std::string said = tidied(failure.what());
  const Meaning* meaning = meaningOf(failure.state());
  if (failure.lostConnection() && (!meaning || meaning->kind == ErrorKind::Unavailable)) {
    return {ErrorKind::Unavailable, "record store: the connection to PostgreSQL is lost: " + said};
  }
  std::string message = "record store: " + said + " (PostgreSQL " + failure.state() + ")";
  if (!meaning) return {ErrorKind::Internal, std::move(message)};
  if (!meaning->advice.empty()) message += ": " + std::string(meaning->advice);
  return {meaning->kind, std::move(message)};
}

std::string adviceFor(const std::string& serverSaid) {
  std::string message = "PostgreSQL can't be used: " + tidied(serverSaid);
  for (const auto& cure : kCures) {
    if (!has(serverSaid, cure.sign) || !has(serverSaid, cure.second)) continue;
    std::string advice(cure.advice);
    fillIn(advice, "NAME", nameBehind(serverSaid, cure.sign));
    fillIn(advice, "NAME", nameBehind(serverSaid, "role \""));
    fillIn(advice, "ROLE", nameBehind(serverSaid, "for user \""));
    return message + ": " + advice;
  }
  return message;
}

}  // namespace learnd::postgres
