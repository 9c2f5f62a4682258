#include "support/listen_descriptors.hpp"
#include "support/notify.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace learnd::support {
namespace {

/// Stands for the service manager: a datagram socket that NOTIFY_SOCKET names.
class ServiceManager : public testing::Test {
 protected:
  void SetUp() override {
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ASSERT_GE(socket_, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // An abstract name needs no place in the file system.
    name_ = "@learnd-notify-" + std::to_string(getpid());
    std::memcpy(address.sun_path, name_.data(), name_.size());
    address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    ASSERT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"}) unsetenv(name);
    close(socket_);
  }

  std::string heard() {
    std::array<char, 512> text{};
    const auto size = recv(socket_, text.data(), text.size(), 0);
    return size <= 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
  }

  int socket_ = -1;
  std::string name_;
};

TEST_F(ServiceManager, HearsThatItServes) {
  notifyReady("serving\non a socket");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=serving on a socket");
}

TEST_F(ServiceManager, HearsThatItStops) {
  notifyStopping();
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(ServiceManager, IsNotNeeded) {
  unsetenv("NOTIFY_SOCKET");
  notifyReady("serving");
  EXPECT_EQ(heard(), "");
}

TEST_F(ServiceManager, WantsNoSignOfLifeUnlessItSaysSo) {
  EXPECT_EQ(watchdogPulse(), std::nullopt);
  setenv("WATCHDOG_USEC", "3000000", 1);
  EXPECT_EQ(watchdogPulse(), std::chrono::milliseconds(1500));
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdogPulse(), std::nullopt);
}

TEST_F(ServiceManager, HearsSignsOfLifeUntilTheyAreCancelled) {
  setenv("WATCHDOG_USEC", "20000", 1);
  boost::asio::io_context context;
  boost::asio::cancellation_signal stop;
  bool ended = false;
  boost::asio::co_spawn(context, pulseWatchdog(),
                        boost::asio::bind_cancellation_slot(stop.slot(), [&ended](std::exception_ptr) { ended = true; }));
  int signs = 0;
  while (signs < 3 && context.run_one() > 0) signs += heard() == "WATCHDOG=1" ? 1 : 0;
  EXPECT_FALSE(ended);
  stop.emit(boost::asio::cancellation_type::all);
  context.run();
  EXPECT_TRUE(ended);
}

TEST_F(ServiceManager, PassedNoSockets) { EXPECT_TRUE(takeListenDescriptors().value().empty()); }

enum class Passed { ListeningSocket, Datagram };

// Runs in a child, because passed sockets have fixed numbers: 0 where what was taken is as it should be.
int takenInAChild(Passed kind) {
  const auto child = fork();
  if (child != 0) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const int type = kind == Passed::ListeningSocket ? SOCK_STREAM : SOCK_DGRAM;
  const int made = socket(AF_UNIX, type, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // Binding to the family alone lets the kernel choose an abstract name.
  if (bind(made, reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)) != 0) _exit(90);
  if (kind == Passed::ListeningSocket && listen(made, 1) != 0) _exit(91);
  if (dup2(made, 3) != 3) _exit(92);
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  const auto taken = takeListenDescriptors();
  if (std::getenv("LISTEN_FDS") != nullptr) _exit(93);
  if (!taken) _exit(1);
  _exit(*taken == std::vector<int>{3} ? 0 : 94);
}

TEST_F(ServiceManager, PassedAListeningSocket) { EXPECT_EQ(takenInAChild(Passed::ListeningSocket), 0); }

TEST_F(ServiceManager, PassedASocketThatCanNotServe) { EXPECT_EQ(takenInAChild(Passed::Datagram), 1); }

}  // namespace
}  // namespace learnd::support
