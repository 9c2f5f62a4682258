#pragma once

#include <cstdint>
#include <string_view>

namespace learnd::core {

/// What a name (a variable, a field, a header, an option) says of its value.
enum class NameClass : std::uint8_t {
  Harmless,
  Password,       // password, DB_PASS, wpa-psk
  Token,          // token, api_key, PrivateKey
  NamedSecret,    // client_secret
  Authorization,  // Authorization, Proxy-Authorization: a scheme and what proves it
  EncodedPair,    // "auth" in a container registry's configuration: base64 of user:password
  Salt            // AUTH_SALT in WordPress' configuration
};

/// Judges a name by its last word and the one before: password_file, tokenTtl and public_key are harmless. Dots, '_', '-' and humps part
/// words.
NameClass classifyName(std::string_view name);

}  // namespace learnd::core
