#pragma once

#include "core/learning.hpp"
#include "core/normalised_key.hpp"

#include <array>
#include <optional>

namespace learnd::record_rows {

using Digest = std::array<std::uint8_t, 32>;

/// What an interaction's index entry is made of: category, key, answer, outcome, source, model, importance, promotion, metadata. Of all
/// active interactions with the same digest one owns the entry and stands for the others. Nothing for other kinds and for interactions that
/// are not active: those share with nobody. It is stored: its making must not change.
std::optional<Digest> entryDigestOf(const core::Learning& learning, const core::Key& key);

}  // namespace learnd::record_rows
