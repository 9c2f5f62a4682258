#include "core/learning_size.hpp"

namespace learnd::core {

std::size_t approximateSize(const Learning& learning) {
  constexpr std::size_t kOtherMembers = 1024;
  std::size_t size = kOtherMembers + learning.query.size() + learning.solution.size() + learning.attemptedSolution.size() +
                     learning.rootCause.size() + learning.source.size() + learning.metadata.size();
  for (const auto& used : learning.interaction.contextUsed) size += used.text.size();
  const PatternDetails& pattern = learning.pattern;
  for (const auto* texts : {&pattern.keywords, &pattern.prerequisites, &pattern.variations, &pattern.examples}) {
    for (const auto& text : *texts) size += text.size();
  }
  return size;
}

}  // namespace learnd::core
