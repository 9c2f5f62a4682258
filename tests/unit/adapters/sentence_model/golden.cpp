#include "tests/unit/adapters/sentence_model/golden.hpp"

#include "json/value.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <cstdlib>
#include <stdexcept>

namespace learnd::sentence_model {

std::vector<GoldenText> readGolden(const std::filesystem::path& file) {
  auto value = json::parse(readFile(file));
  if (!value) throw std::runtime_error(file.string() + ": " + value.error().message());
  std::vector<GoldenText> golden;
  for (const json::Value& one : *value->find("texts")->asArray()) {
    GoldenText text{*one.find("text")->asText(), {}, {}};
    for (const json::Value& token : *one.find("tokens")->asArray()) text.tokens.push_back(static_cast<std::int32_t>(*token.asInteger()));
    for (const json::Value& number : *one.find("vector")->asArray()) text.vector.push_back(number.number());
    golden.push_back(std::move(text));
  }
  if (golden.size() < 20) throw std::runtime_error(file.string() + ": too few texts");
  return golden;
}

std::filesystem::path installedModel() {
  const char* named = std::getenv("LEARND_TEST_MODEL");
  const std::filesystem::path folder = named != nullptr ? named : LEARND_BUILT_MODEL;
  if (!std::filesystem::exists(folder / "model.safetensors")) {
    throw std::runtime_error("no sentence model in " + folder.string() +
                             ": run scripts/build, which fetches it, or name one in LEARND_TEST_MODEL");
  }
  return folder;
}

std::filesystem::path goldenFile() { return "tests/data/sentence_model_golden.json"; }

std::filesystem::path largerGoldenFile() {
  const char* named = std::getenv("LEARND_TEST_GOLDEN");
  if (named == nullptr) throw std::runtime_error("LEARND_TEST_GOLDEN names no larger golden file");
  return named;
}

}  // namespace learnd::sentence_model
