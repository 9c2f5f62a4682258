#include "interfaces/cli/bench/private_daemon.hpp"

#include "interfaces/cli/client.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace learnd::cli {

namespace {

using namespace std::chrono_literals;

/// learnd lies beside learnctl; else the one in the PATH.
std::string learndProgram() {
  std::error_code failed;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed && std::filesystem::exists(own.parent_path() / "learnd")) return (own.parent_path() / "learnd").string();
  return "learnd";
}

std::filesystem::path makeFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "learnd-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("bench: no temporary folder can be made below " + std::filesystem::temp_directory_path().string());
  return pattern;
}

toml::table readTable(const std::string& file) {
  if (file.empty()) return {};
  // A folder would be read as a file with nothing in it.
  if (std::error_code failed; std::filesystem::is_directory(file, failed))
    throw UsageError("bench: " + file + " is a folder: --config takes a file");
  try {
    return toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    std::ostringstream text;
    text << "bench: " << file << ":" << error.source().begin.line << ": " << error.description();
    throw UsageError(text.str());
  }
}

}  // namespace

PrivateDaemon::PrivateDaemon(const std::string& config) : folder_(makeFolder()) {
  try {
    writeConfig(config);
    start();
    waitUntilReady();
  } catch (...) {
    end();
    throw;
  }
}

void PrivateDaemon::end() {
  if (process_ > 0) {
    kill(process_, SIGTERM);
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    if (status != 0) fmt::print(stderr, "learnctl: bench: learnd did not end well: {}\n", log());
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PrivateDaemon::writeConfig(const std::string& config) {
  toml::table table = readTable(config);
  table.insert_or_assign("server", toml::table{{"socket", socket()}, {"bus", "none"}});
  std::ofstream(folder_ / "config.toml") << table << '\n';
}

void PrivateDaemon::start() {
  const std::string program = learndProgram();
  const std::string config = (folder_ / "config.toml").string();
  const std::string log = (folder_ / "log").string();
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("bench: no process can be made");
  if (process_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int out = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  unsetenv("NOTIFY_SOCKET");
  unsetenv("LISTEN_FDS");
  execlp(program.c_str(), program.c_str(), "--temporary", "--config", config.c_str(), static_cast<char*>(nullptr));
  _exit(127);
}

void PrivateDaemon::waitUntilReady() {
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      throw std::runtime_error("bench: learnd did not start: " + log());
    }
    try {
      Client client(socket());
      if (client.get("/readyz").ok()) return;
    } catch (const UnreachableError&) {
      // Not listening yet.
    }
    std::this_thread::sleep_for(20ms);
  }
  throw std::runtime_error("bench: learnd is not ready after two minutes: " + log());
}

std::string PrivateDaemon::log() const {
  std::ifstream file(folder_ / "log");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace learnd::cli
