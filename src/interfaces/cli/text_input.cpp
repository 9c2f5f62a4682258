#include "interfaces/cli/text_input.hpp"

#include <iostream>
#include <iterator>

namespace learnd::cli {

std::string textOrInput(const std::string& text) {
  if (text != "-") return text;
  static bool taken = false;
  if (taken) throw UsageError("only one text can come from standard input ('-')");
  taken = true;
  std::string input(std::istreambuf_iterator<char>(std::cin), {});
  if (!input.empty() && input.back() == '\n') input.pop_back();
  return input;
}

std::pair<std::string, std::string> splitPair(const std::string& text, std::string_view flag) {
  const std::size_t place = text.find('=');
  if (place == std::string::npos || place == 0) throw UsageError(std::string(flag) + " takes KEY=VALUE, not '" + text + "'");
  return {text.substr(0, place), text.substr(place + 1)};
}

json::Value objectOf(const std::vector<std::string>& pairs, std::string_view flag) {
  json::Value object{json::Value::Object{}};
  for (const std::string& pair : pairs) {
    auto [key, text] = splitPair(pair, flag);
    if (!key.ends_with(':')) {
      object.set(std::move(key), std::move(text));
      continue;
    }
    key.pop_back();
    auto parsed = json::parse(text);
    if (!parsed || key.empty()) throw UsageError(std::string(flag) + " KEY:=JSON needs JSON behind ':=', not '" + text + "'");
    object.set(std::move(key), std::move(*parsed));
  }
  return object;
}

json::Value textsOf(const std::vector<std::string>& texts) { return json::Value(json::Value::Array(texts.begin(), texts.end())); }

}  // namespace learnd::cli
