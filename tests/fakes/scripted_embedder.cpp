#include "tests/fakes/scripted_embedder.hpp"

#include <cmath>
#include <functional>
#include <sstream>
#include <utility>

namespace learnd::fakes {

namespace {

std::vector<float> vectorOfWords(const std::string& text) {
  std::vector<float> vector(ScriptedEmbedder::kDimensions, 0.0F);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    // Spread over a few places each, so that different words are seldom the same.
    auto hash = std::hash<std::string>()(word);
    for (int i = 0; i < 4; ++i) {
      vector[hash % vector.size()] += (hash >> 20U) % 2 == 0 ? 1.0F : -1.0F;
      hash = hash * 6364136223846793005U + 1442695040888963407U;
    }
  }
  float length = 0;
  for (const float part : vector) length += part * part;
  if (length == 0) {
    vector[0] = 1;
    return vector;
  }
  for (float& part : vector) part /= std::sqrt(length);
  return vector;
}

}  // namespace

ports::Task<ports::EmbedderIdentity> ScriptedEmbedder::identity() {
  if (fault.error) co_return *fault.error;
  co_return describes;
}

ports::Task<std::vector<ports::Embedding>> ScriptedEmbedder::embed(std::vector<std::string> texts, ports::Priority) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<ports::Embedding> all;
  for (const auto& text : texts) {
    if (!refused.empty() && text.find(refused) != std::string::npos) {
      co_return core::Error(core::ErrorKind::InvalidInput, "this text is refused");
    }
    const auto written = script.find(text);
    all.push_back({written == script.end() ? vectorOfWords(text) : written->second, false});
  }
  texts_ += texts.size();
  co_return all;
}

ports::Task<ports::EmbedderStatus> ScriptedEmbedder::status() {
  ports::EmbedderStatus status;
  status.up = !fault.error;
  status.detail = fault.error ? fault.error->message() : "scripted";
  status.texts = texts_;
  co_return status;
}

}  // namespace learnd::fakes
