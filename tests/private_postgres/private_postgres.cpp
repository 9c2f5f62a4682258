#include "tests/private_postgres/private_postgres.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

// libpqxx 6.4 loses the last answer of a connection that breaks.
extern "C" const char* __lsan_default_suppressions() { return "leak:PQmakeEmptyPGresult\n"; }
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }

namespace learnd::tests {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kStartPatience = 60s;

fs::path findBinaries() {
  if (const char* named = std::getenv("LEARND_POSTGRES_BIN"); named && *named) return named;
  std::vector<std::pair<int, fs::path>> installed;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", missing)) {
    if (fs::exists(entry.path() / "bin" / "initdb")) {
      std::istringstream number(entry.path().filename().string());
      int version = 0;
      number >> version;
      installed.emplace_back(version, entry.path() / "bin");
    }
  }
  if (!installed.empty()) return std::max_element(installed.begin(), installed.end())->second;
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');) {
    if (fs::exists(fs::path(folder) / "initdb")) return folder;
  }
  throw std::runtime_error("PostgreSQL's programs are not installed: on Debian, apt-get install postgresql");
}

/// PostgreSQL refuses to run as root.
const passwd* otherThanRoot() {
  if (::geteuid() != 0) return nullptr;
  const passwd* account = ::getpwnam("nobody");
  if (!account) throw std::runtime_error("there is no user nobody to run PostgreSQL as");
  return account;
}

fs::path makeFolder(const passwd* owner) {
  std::string name = (fs::temp_directory_path() / "learnd-pg-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder can be made");
  if (owner && ::chown(name.c_str(), owner->pw_uid, owner->pw_gid) != 0) throw std::runtime_error("the folder can't be given away");
  return name;
}

/// In the child: becomes another user, ends with its parent, writes to a file and runs the program.
[[noreturn]] void become(const passwd* user, const std::vector<std::string>& command, const fs::path& output) {
  if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int out = ::open(output.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (out < 0 || ::dup2(out, STDOUT_FILENO) < 0 || ::dup2(out, STDERR_FILENO) < 0) ::_exit(126);
  if (::chdir("/") != 0) ::_exit(126);
  ::setenv("LC_ALL", "C", 1);
  // A sanitizer's environment is not for other programs.
  ::unsetenv("LD_PRELOAD");
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

pid_t launch(const std::vector<std::string>& command, const fs::path& output) {
  const passwd* user = otherThanRoot();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process can be made");
  if (child == 0) become(user, command, output);
  return child;
}

std::string contentOf(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Runs a program to its end; what it wrote.
std::string finish(const std::vector<std::string>& command, const fs::path& output) {
  int status = 0;
  const pid_t child = launch(command, output);
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string said = contentOf(output);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(command[0] + " failed: " + said);
  return said;
}

}  // namespace

PrivatePostgres::PrivatePostgres(const std::string& settings) : binaries_(findBinaries()), folder_(makeFolder(otherThanRoot())) {
  try {
    const std::string data = (folder_ / "data").string();
    finish({program("initdb"), "-D", data, "-U", "learnd", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"},
           folder_ / "initdb.log");
    std::ofstream(folder_ / "data" / "postgresql.conf", std::ios::app)
        << "listen_addresses = ''\nunix_socket_directories = '" << folder_.string()
        << "'\nmax_connections = 80\nshared_buffers = 64MB\nfsync = on\nlog_line_prefix = '%m [%p] '\n"
        << settings << '\n';
    start();
    sql("create database learnd", "postgres");
  } catch (...) {
    if (server_ > 0) crash();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    throw;
  }
}

PrivatePostgres::~PrivatePostgres() {
  try {
    if (server_ > 0) resume();
    stop();
  } catch (const std::exception&) {
    // It dies with this program.
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

PrivatePostgres& PrivatePostgres::shared() {
  // What is tested on it needs no disk: a test of durability has a server of its own.
  static PrivatePostgres server("fsync = off\nfull_page_writes = off");
  return server;
}

fs::path PrivatePostgres::program(const char* name) const { return binaries_ / name; }

void PrivatePostgres::start() {
  server_ = launch({program("postgres"), "-D", (folder_ / "data").string()}, folder_ / "log");
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(server_, nullptr, WNOHANG) == server_) {
      server_ = -1;
      // After a crash its processes take a moment to notice that they have no master any more; none starts beside them.
      if (log().find("pre-existing shared memory block") == std::string::npos)
        throw std::runtime_error("PostgreSQL did not start: " + log());
      std::this_thread::sleep_for(100ms);
      server_ = launch({program("postgres"), "-D", (folder_ / "data").string()}, folder_ / "log");
      continue;
    }
    const fs::path answer = folder_ / "ready";
    std::error_code ignored;
    fs::remove(answer, ignored);
    try {
      finish({program("pg_isready"), "-q", "-h", folder_.string(), "-d", "postgres", "-U", "learnd"}, answer);
      return;
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(20ms);
    }
  }
  throw std::runtime_error("PostgreSQL is not ready: " + log());
}

void PrivatePostgres::stop() {
  if (server_ <= 0) return;
  ::kill(server_, SIGINT);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

void PrivatePostgres::crash() {
  signal(SIGKILL);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

void PrivatePostgres::pause() { signal(SIGSTOP); }
void PrivatePostgres::resume() { signal(SIGCONT); }

std::vector<pid_t> PrivatePostgres::processes() const {
  std::vector<pid_t> all{server_};
  std::ifstream children("/proc/" + std::to_string(server_) + "/task/" + std::to_string(server_) + "/children");
  for (pid_t child = 0; children >> child;) all.push_back(child);
  return all;
}

void PrivatePostgres::signal(int number) const {
  for (const pid_t process : processes()) ::kill(process, number);
}

std::string PrivatePostgres::dsn() const { return "host=" + folder_.string() + " user=learnd dbname=learnd"; }

std::string PrivatePostgres::sql(const std::string& statements, const std::string& database) const {
  static int number = 0;
  const fs::path output = folder_ / ("psql-" + std::to_string(++number));
  const std::string said = finish({program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder_.string(), "-U", "learnd",
                                   "-d", database, "-c", statements},
                                  output);
  std::error_code ignored;
  fs::remove(output, ignored);
  return said;
}

void PrivatePostgres::letIn(const std::string& lines) {
  std::ofstream(folder_ / "data" / "pg_hba.conf") << lines << '\n';
  ::kill(server_, SIGHUP);
  std::this_thread::sleep_for(200ms);
}

std::string PrivatePostgres::log() const { return contentOf(folder_ / "log"); }

}  // namespace learnd::tests
