#pragma once

#include <string_view>

namespace learnd::core {

/// How a value was written behind a name such as `password`.
enum class ValuePlace : unsigned char {
  Quoted,    // in quotation marks
  Assigned,  // bare behind '=', or of a flag
  Line,      // bare behind ':', alone on its line (YAML, a header)
  Prose      // bare within other words
};

/// Whether a value that a name announces as a secret is one: no placeholder (`<password>`, `${X}`, `xxxx`, "changeme"), no code, no path, no
/// type, and in prose no plain word.
bool isSecretValue(std::string_view value, ValuePlace place);

/// Letters and digits mixed, or upper and lower case within a long word: what words of a language are not.
bool looksRandom(std::string_view value);

}  // namespace learnd::core
