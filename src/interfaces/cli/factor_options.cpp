#include "interfaces/cli/factor_options.hpp"

#include "interfaces/cli/text_input.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace learnd::cli {

namespace {

enum class Type : unsigned char { Number, Boolean, Word };

struct Factor {
  std::string_view name;
  Type type;
  std::string_view help;
};

constexpr std::array<Factor, 14> kFactors{{
    {"lines_of_code", Type::Number, "lines of code of the solution"},
    {"files_modified", Type::Number, "files that it changes (profile detailed)"},
    {"solution_steps", Type::Number, "steps that it takes (profile detailed)"},
    {"time_minutes", Type::Number, "minutes that it took (profile detailed)"},
    {"is_generic", Type::Boolean, "whether it serves elsewhere too: true or false"},
    {"is_novel", Type::Boolean, "whether nothing like it was known: true or false"},
    {"uses_standard_tools", Type::Boolean, "whether it needs nothing special (profile detailed)"},
    {"user_confirmed", Type::Boolean, "whether a person said that it works: true or false"},
    {"blocks_work", Type::Boolean, "whether the problem stops all work (profile detailed)"},
    {"users_affected", Type::Number, "people whom the problem concerns (profile detailed)"},
    {"severity", Type::Word, "critical, high, medium, low (detailed: trivial)"},
    {"scope", Type::Word, "single_case, similar_cases, category, universal, unknown (profile detailed)"},
    {"confirmation", Type::Word, "explicit_success, implicit_success, partial_success, unconfirmed, explicit_failure (profile detailed)"},
    {"feedback_text", Type::Word, "what a person said of it (profile detailed)"},
}};

std::string flagOf(std::string_view name) {
  std::string flag = "--" + std::string(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

json::Value valueOf(const Factor& factor, const std::string& text) {
  if (factor.type == Type::Word) return json::Value(text);
  auto parsed = json::parse(text);
  const bool fits = parsed && (factor.type == Type::Number ? parsed->isNumber() : parsed->asBool() != nullptr);
  if (!fits) {
    throw UsageError(flagOf(factor.name) + " takes " + (factor.type == Type::Number ? "a number" : "true or false") + ", not '" + text +
                     "'");
  }
  return std::move(*parsed);
}

}  // namespace

void FactorOptions::addTo(CLI::App& command) {
  for (const Factor& factor : kFactors) {
    command.add_option(flagOf(factor.name), texts_[std::string(factor.name)], std::string(factor.help))
        ->group("Factors of the value score");
  }
}

bool FactorOptions::given() const {
  return std::any_of(texts_.begin(), texts_.end(), [](const auto& one) { return !one.second.empty(); });
}

json::Value FactorOptions::value() const {
  json::Value factors{json::Value::Object{}};
  for (const Factor& factor : kFactors) {
    const auto place = texts_.find(std::string(factor.name));
    if (place != texts_.end() && !place->second.empty()) factors.set(std::string(factor.name), valueOf(factor, place->second));
  }
  return factors;
}

}  // namespace learnd::cli
