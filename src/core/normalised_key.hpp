#pragma once

#include "core/learning.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace learnd::core {

/// Plain: case, white space and ANSI colours folded. Error: also timestamps and the host behind one, memory addresses, pids, line and
/// column numbers, UUIDs, store hashes, temporary paths, the user of a home and a prompt's user@host.
enum class KeyForm : std::uint8_t { Plain, Error };

/// Failures and `error-solutions` have the error form as their key, all others the plain one.
KeyForm keyFormOf(Kind kind, std::string_view category);

/// A text in its key's form, for comparing. Valid UTF-8 in, valid UTF-8 out.
std::string normalise(std::string_view text, KeyForm form);

/// The text with the error form's noise taken out, its case and words kept: what is embedded and indexed, stored or asked.
std::string withoutNoise(std::string_view text);

/// SHA-256 of the form and the whole normalised text: equal keys are the same question.
struct Key {
  std::array<std::uint8_t, 32> digest{};
  bool operator==(const Key&) const = default;
};
Key makeKey(std::string_view text, KeyForm form);
inline Key keyOf(const Learning& learning) { return makeKey(learning.query, keyFormOf(learning.kind, learning.category)); }

/// SHA-256 of anything: answers that are compared for equality, idempotent bodies.
std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace learnd::core
