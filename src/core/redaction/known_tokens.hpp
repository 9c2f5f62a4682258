#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Tokens told by their own form: the prefixes that services give theirs, JSON web tokens, bots' tokens, signing keys.
std::span<const SecretRule> knownTokenRules();

/// A Discord bot's token, of which nothing is fixed but where its dots are: `at` is the first. The id in base64 (23 to 28 signs), six signs
/// of time, 27 and more of signature.
void findDiscordToken(SecretFinder& finder, std::size_t at);

}  // namespace learnd::core
