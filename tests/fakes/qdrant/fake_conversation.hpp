#pragma once

#include "tests/fakes/qdrant/fake_qdrant.hpp"

#include <map>
#include <string>
#include <string_view>

namespace learnd::fakes::qdrant {

/// Method, path and parameters of a request line.
FakeRequest readTarget(const std::string& method, std::string_view target);

/// HTTP/1.1 on one connection of the fake.
class FakeConversation {
 public:
  FakeConversation(FakeQdrant& server, int socket) : server_(server), socket_(socket) {}

  void run();

 private:
  enum class Next : bool { GoOn, End };

  bool waitForInput();
  bool fill();
  bool readHead();
  bool readBody(std::string& body);
  Next serve();
  Next serveControl(const FakeRequest& request);
  Next answer(const FakeResponse& response);
  Next answerBy(ServerFault fault, const FakeRequest& request);
  [[nodiscard]] std::string header(const std::string& name) const;
  /// Nothing: the key is good. Else 401 or 403.
  [[nodiscard]] std::optional<FakeResponse> refusal(const FakeRequest& request) const;
  void write(std::string_view bytes);
  void reset();
  void pause(std::chrono::milliseconds time);

  FakeQdrant& server_;
  int socket_;
  bool used_ = false;  // a request came
  std::string input_;
  std::string method_;
  std::string target_;
  std::map<std::string, std::string> headers_;
};

}  // namespace learnd::fakes::qdrant
