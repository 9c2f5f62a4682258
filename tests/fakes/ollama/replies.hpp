#pragma once

#include "tests/fakes/ollama/fake_model.hpp"
#include "tests/fakes/ollama/http_listener.hpp"

#include "json/value.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::fakes {

ListenerReply jsonReply(unsigned status, const json::Value& value);
ListenerReply errorReply(unsigned status, const std::string& text);
ListenerReply textReply(unsigned status, std::string text);

/// What /api/tags and /api/ps say of a model.
json::Value describe(const FakeModel& model);
json::Value showOf(const FakeModel& model);
/// The vectors as 32-bit floats are written.
std::string embedBody(const std::string& model, const std::vector<std::vector<float>>& vectors, std::int64_t loadNanoseconds,
                      std::size_t tokens);

/// Whether Ollama takes the Host header, port included.
bool isAllowedHost(std::string_view host);
/// The same for Origin.
bool isAllowedOrigin(std::string_view origin);

/// A body as Go reads it: bytes that are no UTF-8 become U+FFFD.
std::string repaired(std::string_view body);

/// keep_alive, or what is wrong with it. Below zero: for ever.
struct KeepAlive {
  std::chrono::milliseconds time{std::chrono::minutes(5)};
  std::optional<std::string> error;
};
KeepAlive readKeepAlive(const json::Value* value);

}  // namespace learnd::fakes
