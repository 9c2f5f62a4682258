#include "services/index_entry.hpp"

#include "core/code_points.hpp"
#include "core/limits.hpp"
#include "core/normalised_key.hpp"
#include "json/metadata.hpp"

#include <utility>

namespace learnd::services {

std::string embeddedText(const core::Learning& learning) { return core::withoutNoise(learning.query); }

std::vector<ports::Attribute> attributesOf(const core::Learning& learning) {
  std::vector<ports::Attribute> attributes;
  const auto quoted = [](std::string_view text) { return json::write(json::Value(text)); };
  attributes.emplace_back("source", quoted(learning.source));
  attributes.emplace_back("important", learning.important ? "true" : "false");
  if (learning.outcome != core::Outcome::None) attributes.emplace_back("outcome", quoted(core::nameOf(learning.outcome)));
  if (learning.interaction.modelUsed != core::ModelUsed::Unset) {
    attributes.emplace_back("llm_used", quoted(core::nameOf(learning.interaction.modelUsed)));
  }
  for (auto& [key, value] : json::scalarsOf(learning.metadata)) attributes.emplace_back("metadata." + key, std::move(value));
  return attributes;
}

ports::IndexEntry entryOf(const core::Learning& learning, std::optional<std::vector<float>> vector) {
  ports::IndexEntry entry;
  entry.id = learning.id;
  entry.revision = learning.revision;
  entry.kind = learning.kind;
  entry.category = learning.category;
  entry.promoted = learning.promoted;
  entry.words = core::withoutNoise(learning.query + "\n" + learning.solution);
  entry.words.resize(core::clipped(entry.words, core::kMaxIndexedText).size());
  entry.attributes = attributesOf(learning);
  entry.vector = std::move(vector);
  return entry;
}

}  // namespace learnd::services
