#include "data/probe_set.hpp"

#include "core/hex.hpp"
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
  constexpr std::size_t kDigits = 16;
  static const std::string version = core::hexText(core::sha256(kProbes)).substr(0, kDigits);
  return version;
}

}  // namespace learnd::data
