#include "adapters/ollama/known_models.hpp"

#include "core/code_points.hpp"

#include <algorithm>
#include <array>

namespace learnd::ollama {

namespace {

struct KnownModel {
  std::string_view name;  // the beginning of the model's own name
  std::string_view prefix;
};

/// As the models' cards have them. Those whose cards ask for an instruction before a question only where it is held against passages
/// (mxbai-embed-large, snowflake-arctic-embed, qwen3-embedding, bge) take two questions as they are; so do all-minilm, bge-m3,
/// granite-embedding and paraphrase-multilingual, which know no task.
constexpr std::array<KnownModel, 4> kModels{{
    {"nomic-embed-text", "search_query: "},
    {"embeddinggemma", "task: sentence similarity | query: "},
    {"multilingual-e5", "query: "},
    {"e5-", "query: "},
}};

}  // namespace

std::string knownPrefix(std::string_view model) {
  if (const auto slash = model.rfind('/'); slash != std::string_view::npos) model.remove_prefix(slash + 1);
  std::string name(model.substr(0, model.find(':')));
  std::transform(name.begin(), name.end(), name.begin(), core::lowerAscii);
  for (const KnownModel& known : kModels) {
    if (name.starts_with(known.name)) return std::string(known.prefix);
  }
  return {};
}

}  // namespace learnd::ollama
