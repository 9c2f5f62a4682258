#pragma once

#include <string_view>

namespace learnd::core {

/// Signs that nobody has in a secret: "...", "xxxxxx", "-xxxx-"; or one of those that documentation ends in EXAMPLE. `lower` is `value` in
/// lower case.
bool hasPlaceholderSigns(std::string_view value, std::string_view lower);

/// Whether a word that says that something else should stand here ("your", "example", "changeme") stands by itself in the value or is
/// written together with what it is about ("yourpassword", "dummytoken1", "yourdbpassword", "changemeinproduction"). "SaveYourself99" and
/// "holidaysample7" only hold its letters. Where what remains without such words is a secret by `isSecret` ("NotFakeNews#2024"), the word
/// is a part of it.
bool hasPlaceholderWord(std::string_view value, std::string_view lower, bool (*isSecret)(std::string_view));

}  // namespace learnd::core
