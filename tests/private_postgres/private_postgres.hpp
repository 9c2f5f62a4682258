#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace learnd::tests {

/// A PostgreSQL server of its own in a temporary folder, on a Unix socket there, with fsync on. Never as root: as root it runs as `nobody`.
/// Its programs are found in $LEARND_POSTGRES_BIN, /usr/lib/postgresql/*/bin (the newest) or the PATH; where there are none it throws. It
/// is stopped, and its folder removed, at the end; where the test program dies the kernel ends it.
class PrivatePostgres {
 public:
  /// Made and started. `settings` are further lines of postgresql.conf.
  explicit PrivatePostgres(const std::string& settings = "");
  ~PrivatePostgres();
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;

  /// The one that all tests of a program share, without fsync; it ends with the program.
  static PrivatePostgres& shared();

  void start();
  /// As `systemctl stop` does: sessions are ended, what is committed is kept.
  void stop();
  /// As a power cut does: all its processes are killed at once.
  void crash();
  /// SIGSTOP and SIGCONT to all its processes.
  void pause();
  void resume();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// Words for libpq: user `learnd`, who may do everything, in the database `learnd`.
  [[nodiscard]] std::string dsn() const;
  /// Runs SQL by psql as `learnd`; what it writes, rows by line and columns by "|". Throws where it fails.
  std::string sql(const std::string& statements, const std::string& database = "learnd") const;
  /// The lines of pg_hba.conf from now on.
  void letIn(const std::string& lines);
  /// The log so far.
  [[nodiscard]] std::string log() const;

 private:
  [[nodiscard]] std::vector<pid_t> processes() const;
  void signal(int number) const;
  [[nodiscard]] std::filesystem::path program(const char* name) const;

  std::filesystem::path binaries_;
  std::filesystem::path folder_;
  pid_t server_ = -1;
};

}  // namespace learnd::tests
