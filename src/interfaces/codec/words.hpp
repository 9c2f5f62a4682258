#pragma once

#include "core/result.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace learnd::interfaces {

/// One of a field's words, by its wire name; else an error that names them all.
template <class Word, std::size_t count>
core::Result<Word> readWord(const std::string& text, const std::string& path, std::optional<Word> (*parse)(std::string_view),
                            const std::array<Word, count>& allowed) {
  const auto word = parse(text);
  if (word && std::find(allowed.begin(), allowed.end(), *word) != allowed.end()) return *word;
  std::string names;
  for (const Word one : allowed) names += (names.empty() ? "" : ", ") + std::string(nameOf(one));
  return core::Error::invalidField(path, path + " must be one of " + names);
}

}  // namespace learnd::interfaces
