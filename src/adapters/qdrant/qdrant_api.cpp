#include "adapters/qdrant/qdrant_api.hpp"

#include "adapters/qdrant/names.hpp"

#include <charconv>
#include <utility>

namespace learnd::qdrant {

namespace {

using core::Error;
using core::ErrorKind;

constexpr std::size_t kMostShown = 300;  // of an answer in a message

http_client::ClientSettings clientSettings(std::string advice) {
  http_client::ClientSettings settings;
  settings.server = "Qdrant";
  settings.advice = std::move(advice);
  return settings;
}

/// The text of a refusal: JSON with status.error, or plain.
std::string reasonOf(const std::string& body) {
  std::string reason = body;
  if (const auto parsed = json::parse(body)) {
    const json::Value* status = parsed->find("status");
    const json::Value* error = status ? status->find("error") : nullptr;
    if (error && error->asText()) reason = *error->asText();
  }
  if (reason.size() > kMostShown) reason.resize(kMostShown);
  return reason;
}

bool takeNumber(std::string_view& text, std::uint32_t& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::optional<ServerVersion> parseVersion(std::string_view text) {
  ServerVersion version;
  for (std::uint32_t* part : {&version.major, &version.minor, &version.patch}) {
    if (!takeNumber(text, *part)) return std::nullopt;
    if (part != &version.patch) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
  }
  return version;
}

}  // namespace

std::string ServerVersion::text() const { return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch); }

QdrantApi::QdrantApi(http_client::Url url, std::string apiKey, std::string advice)
    : client_(std::move(url), clientSettings(std::move(advice))), apiKey_(std::move(apiKey)) {}

ports::Task<json::Value> QdrantApi::call(std::string method, std::string target, std::string body, std::chrono::milliseconds deadline) {
  http_client::Request request;
  request.method = method;
  request.target = target;
  request.body = std::move(body);
  request.deadline = deadline;
  request.maxResponse = 64 * 1024 * 1024;
  if (!apiKey_.empty()) request.headers.emplace_back("api-key", apiKey_);
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return response.error();
  if (!response->ok()) co_return errorOf(method, target, *response);
  auto answer = json::parse(response->body);
  const json::Value* result = answer ? answer->find("result") : nullptr;
  if (!result) co_return noQdrant();
  // Moved out of what goes: answers can be large.
  co_return std::move(const_cast<json::Value&>(*result));
}

ports::Task<ServerVersion> QdrantApi::version(std::chrono::milliseconds deadline) {
  http_client::Request request;
  request.deadline = deadline;
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return response.error();
  const auto answer = json::parse(response->body);
  const json::Value* text = answer ? answer->find("version") : nullptr;
  const auto version = text && text->asText() ? parseVersion(*text->asText()) : std::nullopt;
  if (!version) co_return noQdrant();
  if (*version < kOldestVersion) {
    co_return Error(ErrorKind::Unavailable, "Qdrant at " + url() + " is version " + version->text() + ": learnd needs 1.15 or newer");
  }
  co_return *version;
}

ports::Task<void> QdrantApi::ready(std::chrono::milliseconds deadline) {
  http_client::Request request;
  request.target = "/readyz";
  request.deadline = deadline;
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return response.error();
  if (!response->ok()) co_return errorOf("GET", "/readyz", *response);
  co_return core::Result<void>();
}

Error QdrantApi::noQdrant() const {
  return {ErrorKind::Unavailable, "what answers at " + url() + " is no Qdrant: is index.url its REST port (6333)?"};
}

Error QdrantApi::errorOf(const std::string& method, const std::string& target, const http_client::Response& response) const {
  const std::string reason = reasonOf(response.body);
  const std::string what = "Qdrant at " + url() + " answered " + method + " " + target + " with " + std::to_string(response.status) +
                           (reason.empty() ? "" : ": " + reason);
  switch (response.status) {
    case 401:
      return {ErrorKind::PermissionDenied,
              "Qdrant at " + url() + " asks for another API key (" + reason + "): name its file in index.api_key_file"};
    case 403:
      return {ErrorKind::PermissionDenied,
              "the API key may not write to Qdrant at " + url() + " (" + reason + "): learnd needs one that may do all"};
    // An unknown path has no text; an unknown collection or point has.
    case 404:
      return {reason.empty() ? ErrorKind::Unavailable : ErrorKind::NotFound, what};
    case 409:
      return {ErrorKind::Conflict, what};
    case 400: {
      const bool taken = reason.find("already exists") != std::string::npos;
      return {taken ? ErrorKind::Conflict : ErrorKind::InvalidInput, what};
    }
    case 422:
      return {ErrorKind::InvalidInput, what};
    case 408:
      return {ErrorKind::Timeout, what};
    case 429:
      return {ErrorKind::Busy, what};
    default:
      return {ErrorKind::Unavailable, what};
  }
}

std::string collectionTarget(std::string_view collection, std::string_view rest) {
  std::string target = "/collections/" + percentEncoded(collection);
  target += rest;
  return target;
}

}  // namespace learnd::qdrant
