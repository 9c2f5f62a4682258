#include "data/probe_set.hpp"

#include "core/normalised_key.hpp"
#include "data/probes.inc"

namespace learnd::data {

const std::vector<std::string_view>& probeQuestions() {
  static const std::vector<std::string_view> questions = [] {
    std::vector<std::string_view> lines;
    std::string_view rest(kProbes);
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      if (const std::string_view line = rest.substr(0, end); !line.empty()) lines.push_back(line);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return lines;
  }();
  return questions;
}

const std::string& probeSetVersion() {
  static const std::string version = [] {
    const auto digest = core::sha256(kProbes);
    constexpr std::string_view kHexDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
      text += kHexDigits[digest[i] >> 4U];
      text += kHexDigits[digest[i] & 15U];
    }
    return text;
  }();
  return version;
}

}  // namespace learnd::data
