#include "services/serving_embedder.hpp"

#include "json/object_reader.hpp"
#include "services/calibration_service.hpp"

#include <utility>

namespace learnd::services {

std::string EmbedderSource::write() const {
  json::Value value;
  value.set("backend", backend);
  value.set("model", model);
  value.set("url", url);
  value.set("prefix", prefix);
  return json::write(value);
}

std::optional<EmbedderSource> EmbedderSource::read(const std::string& text) {
  constexpr std::size_t kLongest = 8192;
  const auto value = json::parse(text);
  if (!value) return std::nullopt;
  json::ObjectReader reader(*value);
  EmbedderSource source;
  source.backend = reader.text("backend", kLongest).value_or("");
  source.model = reader.text("model", kLongest).value_or("");
  source.url = reader.text("url", kLongest).value_or("");
  source.prefix = reader.text("prefix", kLongest).value_or("");
  if (!reader.finish() || source.backend.empty()) return std::nullopt;
  return source;
}

ServingEmbedder::ServingEmbedder(std::shared_ptr<ports::Embedder> configured, EmbedderSource source, Maker make)
    : configured_(std::move(configured)), serving_(configured_), source_(std::move(source)), make_(std::move(make)) {}

// Each call holds the embedder that it began with: another one may serve before it ends.
ports::Task<ports::EmbedderIdentity> ServingEmbedder::identity() {
  const auto held = serving_;
  co_return co_await held->identity();
}

ports::Task<std::vector<ports::Embedding>> ServingEmbedder::embed(std::vector<std::string> texts, ports::Priority priority) {
  const auto held = serving_;
  co_return co_await held->embed(std::move(texts), priority);
}

ports::Task<ports::EmbedderStatus> ServingEmbedder::status() {
  const auto held = serving_;
  co_return co_await held->status();
}

ports::Task<bool> ServingEmbedder::serveEarlier(EmbedderSource source, std::string vectorsDigest) {
  auto earlier = make_(source);
  if (!earlier) co_return false;
  auto identity = co_await earlier->identity();
  if (!identity || CalibrationService::vectorsDigest(*identity) != vectorsDigest) co_return false;
  serving_ = std::move(earlier);
  co_return true;
}

}  // namespace learnd::services
