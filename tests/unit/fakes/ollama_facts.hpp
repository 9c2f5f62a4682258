#pragma once

#include "json/value.hpp"

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace learnd::fakes {

/// One request to Ollama and what it answers.
struct OllamaFact {
  std::string what;
  std::string method;
  std::string path;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  json::Value expected;  // as tests/data/ollama_facts.json says
};
std::ostream& operator<<(std::ostream& out, const OllamaFact& fact);

/// Those of a file of this repository; throws where there are none.
std::vector<OllamaFact> readFacts(const std::filesystem::path& file);

/// Those of a recorded session ("## what", "> METHOD path body", "< status [type] body"), as far as they are written out and about what an
/// embedder asks; empty where the file is not there.
std::vector<OllamaFact> readRecording(const std::filesystem::path& file);

}  // namespace learnd::fakes
