#pragma once

#include "adapters/http_client/http_client.hpp"
#include "json/value.hpp"
#include "ports/task.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace learnd::qdrant {

/// A server's version: conditional writes and a collection's own metadata came with 1.15.5.
struct ServerVersion {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;

  auto operator<=>(const ServerVersion&) const = default;
  [[nodiscard]] std::string text() const;
};

inline constexpr ServerVersion kOldestVersion{1, 15, 0};
inline constexpr ServerVersion kConditionalWrites{1, 15, 5};

/// How many collections one call asks at once. There may be a hundred of them, for eight connections whose line is bounded: who stood
/// in it with all would leave no room for others.
inline constexpr std::size_t kAtOnce = 8;

/// Calls of a Qdrant server's REST interface: the key, the envelope around each answer, and what its refusals mean.
///
/// Errors: NotFound (404), Conflict (409, or a name that is taken), InvalidInput (400, 422: what we sent is wrong), PermissionDenied (401,
/// 403: the key), Busy (429), Unavailable (no answer, 5xx, no Qdrant), Timeout.
class QdrantApi {
 public:
  /// `advice`: what to do where nobody answers there.
  QdrantApi(http_client::Url url, std::string apiKey, std::string advice = "is it running? index.url says where it is looked for");

  /// The answer's `result`.
  ports::Task<json::Value> call(std::string method, std::string target, std::string body, std::chrono::milliseconds deadline);
  ports::Task<ServerVersion> version(std::chrono::milliseconds deadline);
  /// Whether it is ready to serve; needs no key.
  ports::Task<void> ready(std::chrono::milliseconds deadline);

  /// What an answer is that lacks what every Qdrant says.
  [[nodiscard]] core::Error noQdrant() const;

  [[nodiscard]] std::string url() const { return client_.url().text(); }

 private:
  [[nodiscard]] core::Error errorOf(const std::string& method, const std::string& target, const http_client::Response& response) const;

  http_client::HttpClient client_;
  std::string apiKey_;
};

/// "/collections/NAME" and what comes behind it.
std::string collectionTarget(std::string_view collection, std::string_view rest = {});

}  // namespace learnd::qdrant
