#include "tests/integration/dbus/private_bus.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace learnd::test {

namespace {

bool listensAt(const std::string& path) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const bool connected = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  return connected;
}

std::string openRules() {
  return "<policy context='default'><allow user='*'/><allow own='*'/><allow eavesdrop='true'/>"
         "<allow send_destination='*' eavesdrop='true'/></policy>";
}

// What the system bus lets everybody do before a service's file says more.
std::string systemRules() {
  const auto installed = std::filesystem::absolute("src/interfaces/dbus/org.learnd.Learnd1.conf").string();
  return "<policy context='default'><allow user='*'/><deny own='*'/><deny send_type='method_call'/><allow send_type='signal'/>"
         "<allow send_requested_reply='true' send_type='method_return'/><allow send_requested_reply='true' send_type='error'/>"
         "<allow receive_type='method_call'/><allow receive_type='method_return'/><allow receive_type='error'/><allow "
         "receive_type='signal'/>"
         "<allow send_destination='org.freedesktop.DBus'/></policy><include>" +
         installed + "</include>";
}

}  // namespace

PrivateBus::PrivateBus(Policy policy) {
  std::string pattern = (std::filesystem::temp_directory_path() / "learnd-bus-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  chmod(pattern.c_str(), 0755);
  std::ofstream(folder_ / "bus.conf") << "<busconfig><type>system</type><listen>" << address() << "</listen><auth>EXTERNAL</auth>"
                                      << (policy == Policy::Open ? openRules() : systemRules()) << "</busconfig>";
}

PrivateBus::~PrivateBus() {
  kill();
  std::filesystem::remove_all(folder_);
}

void PrivateBus::start() {
  const std::string config = "--config-file=" + (folder_ / "bus.conf").string();
  daemon_ = fork();
  if (daemon_ == 0) {
    // A test that crashes must not leave it behind, holding the output that its caller reads to the end.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", config.c_str(), nullptr);
    _exit(127);
  }
  const auto path = (folder_ / "bus").string();
  for (int i = 0; i < 1000; ++i) {
    if (listensAt(path)) return;
    if (waitpid(daemon_, nullptr, WNOHANG) == daemon_) break;
    usleep(10'000);
  }
  throw std::runtime_error("dbus-daemon does not start");
}

void PrivateBus::kill() {
  if (daemon_ <= 0) return;
  ::kill(daemon_, SIGKILL);
  waitpid(daemon_, nullptr, 0);
  daemon_ = -1;
  std::filesystem::remove(folder_ / "bus");
}

}  // namespace learnd::test
