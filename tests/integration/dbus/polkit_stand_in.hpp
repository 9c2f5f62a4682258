#pragma once

#include "tests/integration/dbus/bus_client.hpp"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace learnd::test {

/// Has polkit's name on a bus and answers CheckAuthorization as a test says.
class PolkitStandIn {
 public:
  enum class Answer { Yes, No, AskFirst };

  explicit PolkitStandIn(const std::string& address);
  ~PolkitStandIn();
  PolkitStandIn(const PolkitStandIn&) = delete;
  PolkitStandIn& operator=(const PolkitStandIn&) = delete;

  std::atomic<Answer> answer{Answer::No};
  /// How often it was asked.
  std::atomic<int> questions{0};
  /// The last question: "KIND NAME ACTION FLAGS". Read when the call has been answered.
  std::string lastQuestion;

 private:
  static int onCheck(sd_bus_message* message, void* self, sd_bus_error* error);
  void live(const std::string& address, std::promise<void> ready);

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace learnd::test
