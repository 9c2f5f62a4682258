#pragma once

#include <string>
#include <string_view>

namespace learnd::sqlite {

/// Whether a canonical metadata object has this top-level key with this value, as text: a string's content or a scalar's canonical JSON.
bool metadataMatches(std::string_view metadata, std::string_view key, std::string_view value);

}  // namespace learnd::sqlite
