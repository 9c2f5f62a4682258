#include "adapters/record_rows/entry_digest.hpp"

#include <string>
#include <string_view>

namespace learnd::record_rows {

namespace {

/// Length first, so that no two lists of parts give one text.
void append(std::string& all, std::string_view part) {
  all += std::to_string(part.size());
  all += ':';
  all += part;
}

}  // namespace

std::optional<Digest> entryDigestOf(const core::Learning& learning, const core::Key& key) {
  if (learning.kind != core::Kind::Interaction || learning.status != core::Status::Active) return std::nullopt;
  std::string all;
  append(all, learning.category);
  append(all, {reinterpret_cast<const char*>(key.digest.data()), key.digest.size()});
  append(all, learning.solution);
  append(all, core::nameOf(learning.outcome));
  append(all, learning.source);
  append(all, core::nameOf(learning.interaction.modelUsed));
  append(all, learning.important ? "important" : "");
  append(all, learning.promoted ? "promoted" : "");
  append(all, learning.metadata);
  return core::sha256(all);
}

}  // namespace learnd::record_rows
