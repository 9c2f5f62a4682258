#include "adapters/sqlite/state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace learnd::sqlite {

namespace {

core::Error cannot(const char* what, const std::filesystem::path& path, int error) {
  const bool noRoom = error == ENOSPC || error == EDQUOT || error == EROFS;
  const auto kind = noRoom ? core::ErrorKind::StorageFull : core::ErrorKind::Unavailable;
  std::string message = std::string("can't ") + what + " " + path.string() + ": " + std::strerror(error);
  if (error == EACCES || error == EPERM) message += "; the daemon's user must own the state folder";
  return core::Error(kind, std::move(message));
}

core::Result<void> makeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (error) return cannot("make", folder.parent_path(), error.value());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return cannot("make", folder, errno);
  if (!std::filesystem::is_directory(folder, error)) return cannot("use", folder, ENOTDIR);
  return {};
}

}  // namespace

core::Result<StateFolder> StateFolder::open(const std::filesystem::path& folder) {
  if (auto made = makeFolder(folder); !made) return made.error();
  const auto lockFile = folder / "learnd.lock";
  const int lock = ::open(lockFile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return cannot("open", lockFile, errno);
  StateFolder opened(folder / "learnd.db", lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return cannot("lock", lockFile, errno);
    return core::Error(core::ErrorKind::Unavailable,
                       "another learnd uses the state folder " + folder.string() + ": stop that one, or give this one a folder of its own");
  }
  // SQLite gives its -wal and -shm files the mode of this one.
  const int file = ::open(opened.database_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return cannot("open", opened.database_, errno);
  ::close(file);
  return opened;
}

StateFolder::StateFolder(StateFolder&& other) noexcept : database_(std::move(other.database_)), lock_(std::exchange(other.lock_, -1)) {}

StateFolder& StateFolder::operator=(StateFolder&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(lock_, other.lock_);
  return *this;
}

StateFolder::~StateFolder() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace learnd::sqlite
