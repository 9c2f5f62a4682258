#pragma once

#include <cstdint>
#include <string_view>

namespace learnd::core {

/// Where a value stands, by how sure the place alone makes it that it is one: a quoted literal that is given to a name, a bare word that
/// is, or a word in a sentence.
enum class ValuePlace : std::uint8_t { Quoted, Bare, Sentence };

/// Passwords may be any word; tokens, keys and secrets are made by machines.
enum class ValueClass : std::uint8_t { Password, Token, NamedSecret };

/// Whether the value is a secret and nothing that stands for one. `wordsCount` says that the place allows more: a bare word of letters
/// alone (in code it is a variable), a capitalised word with a number in a sentence ("the password is Sommer-4").
bool isSecretValue(std::string_view value, ValueClass valueClass, ValuePlace place, bool wordsCount);

/// Stands for a secret: "<password>", "xxxx", "CHANGE_ME", "your-token", "...", a mark of ours.
bool isPlaceholder(std::string_view value);

/// Says where a secret is: a variable, a template, a path, an address, a vault's reference.
bool isReference(std::string_view value);

/// Made by a machine: at least `least` signs of base64, hex and the like, with letters and digits, and neither words nor a UUID.
bool looksRandom(std::string_view value, std::size_t least);

/// A password that somebody chose, told by the word alone: letters and digits mixed with signs or upper and lower case.
bool looksChosen(std::string_view value);

/// What a sentence may call a password that looks like a name with a number.
bool looksAnnounced(std::string_view value);

/// Whether it is base64 of "user:password".
bool isEncodedPair(std::string_view value);

inline bool isBase64Byte(char sign) {
  return (sign >= 'A' && sign <= 'Z') || (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9') || sign == '+' || sign == '/' ||
         sign == '=' || sign == '-' || sign == '_';
}

}  // namespace learnd::core
