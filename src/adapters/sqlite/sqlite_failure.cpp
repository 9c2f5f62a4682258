#include "adapters/sqlite/sqlite_failure.hpp"

#include <sqlite3.h>

namespace learnd::sqlite {

namespace {

core::ErrorKind kindOf(int code) {
  // A disk that takes no more shows as an I/O error of one of these where the limit is a quota or a file size.
  switch (code) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_DELETE:
    case SQLITE_IOERR_SHMSIZE:
      return core::ErrorKind::StorageFull;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
      return core::ErrorKind::StorageFull;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return core::ErrorKind::Busy;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return core::ErrorKind::Unavailable;
    case SQLITE_INTERRUPT:
      return core::ErrorKind::Timeout;
    case SQLITE_TOOBIG:
      return core::ErrorKind::TooLarge;
    default:
      return core::ErrorKind::Internal;
  }
}

const char* adviceFor(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "free some space where the state folder is";
    case SQLITE_READONLY:
      return "make the state folder writable";
    case SQLITE_IOERR:
      return "check the disk and its free space";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds the database: end it or try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the file learnd.db is damaged: stop learnd and restore a backup, or rescue it with `sqlite3 learnd.db .recover`";
    default:
      return nullptr;
  }
}

}  // namespace

core::Error errorOf(const SqliteFailure& failure) {
  std::string message = std::string("record store: ") + failure.what() + " (SQLite " + std::to_string(failure.code()) + ")";
  if (const char* advice = adviceFor(failure.code())) message += std::string("; ") + advice;
  return core::Error(kindOf(failure.code()), std::move(message));
}

}  // namespace learnd::sqlite
