#include "config/load_config.hpp"

#include "config/key_rules.hpp"
#include "config/key_table.hpp"
#include "config/nearest_name.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

namespace learnd::config {

namespace {

// Far above any real file; keeps a wrong path (a device, a log) from being read whole.
constexpr std::size_t kMostBytes = 1024 * 1024;
constexpr double kWeightTolerance = 1e-9;

std::string dotted(std::string_view table, std::string_view name) {
  return table.empty() ? std::string(name) : std::string(table) + "." + std::string(name);
}

bool isTable(const std::string& path) {
  const std::string inside = path + ".";
  return std::any_of(keyTable().begin(), keyTable().end(), [&inside](const Key& key) { return key.path.starts_with(inside); });
}

const Key* findKey(const std::string& path) {
  const auto found = std::find_if(keyTable().begin(), keyTable().end(), [&path](const Key& key) { return key.path == path; });
  return found == keyTable().end() ? nullptr : &*found;
}

// What may be in a table: its keys and the tables below it; at the top the tables.
std::vector<std::string_view> namesIn(const std::string& table) {
  const std::string inside = table.empty() ? "" : table + ".";
  std::vector<std::string_view> names;
  for (const auto& key : keyTable()) {
    if (!key.path.starts_with(inside)) continue;
    const auto rest = key.path.substr(inside.size());
    const auto name = rest.substr(0, rest.find('.'));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

Scalar scalarOf(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* text = node.as_string()) return text->get();
  return {};
}

// The value for the message. A text is shown only where it should have been one of a few words: elsewhere it may hold a secret.
std::string shownValue(const toml::node& node, const Key& key) {
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
  if (const auto* real = node.as_floating_point()) return showNumber(real->get());
  if (const auto* text = node.as_string()) {
    const bool fewWords = key.allowed.starts_with('"');
    return fewWords && text->get().size() <= 40 ? showText(text->get()) : "this text";
  }
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  return "a date or a time";
}

/// Reads one file's tables into a configuration and gathers what is wrong with it.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void read(const toml::table& table, const std::string& path) {
    for (const auto& [key, node] : table) {
      const std::string_view name = key.str();
      const auto line = key.source().begin.line;
      const std::string full = dotted(path, name);
      // A quoted name may have a dot in it; no key of ours has.
      const bool plain = name.find('.') == std::string_view::npos;
      if (plain && isTable(full)) {
        if (const auto* below = node.as_table()) {
          read(*below, full);
        } else {
          report(line, full + " is a table: write [" + full + "] and its keys (" + listed(namesIn(full)) + ") below it");
        }
      } else if (const Key* known = plain ? findKey(full) : nullptr) {
        set(*known, node, line);
      } else {
        reportUnknown(path, std::string(name), line);
      }
    }
  }

  void checkTogether() {
    checkWeights();
    checkBands();
  }

  [[nodiscard]] std::variant<Config, Problems> finish() {
    if (problems_.empty()) return std::move(config_);
    std::stable_sort(problems_.begin(), problems_.end(), [](const auto& one, const auto& other) { return one.first < other.first; });
    Problems texts;
    for (auto& [line, text] : problems_) texts.push_back(file_ + ":" + std::to_string(line) + ": " + text);
    return texts;
  }

 private:
  using Line = toml::source_index;

  void report(Line line, std::string text) { problems_.emplace_back(line, std::move(text)); }

  static std::string listed(const std::vector<std::string_view>& names) {
    std::string list;
    for (const auto name : names) list.append(list.empty() ? "" : ", ").append(name);
    return list;
  }

  void reportUnknown(const std::string& table, const std::string& name, Line line) {
    const auto names = namesIn(table);
    std::string text = dotted(table, name) + (table.empty() ? ": there is no such table" : ": there is no such key");
    if (const auto nearest = nearestName(name, names); !nearest.empty()) text += " (did you mean \"" + std::string(nearest) + "\"?)";
    text += table.empty() ? "; the tables are " : "; [" + table + "] takes ";
    report(line, text + listed(names));
  }

  void set(const Key& key, const toml::node& node, Line line) {
    given_.emplace(key.path, line);
    if (key.set(scalarOf(node), config_)) return;
    refusedTables_.emplace_back(key.table());
    report(line, std::string(key.path) + ": " + shownValue(node, key) + " is not allowed; it takes " + key.allowed);
  }

  [[nodiscard]] bool refusedIn(std::string_view table) const {
    return std::find(refusedTables_.begin(), refusedTables_.end(), table) != refusedTables_.end();
  }

  // The line of the first key given of a table; 0 where none is.
  [[nodiscard]] Line firstLineOf(std::string_view table) const {
    Line first = 0;
    for (const auto& [path, line] : given_) {
      if (path.substr(0, path.rfind('.')) == table && (first == 0 || line < first)) first = line;
    }
    return first;
  }

  void checkWeights() {
    Line line = firstLineOf("scoring.weights");
    if (line == 0 && config_.scoring.weightSet == "custom") line = given_.at("scoring.weight_set");
    if (line == 0 || refusedIn("scoring.weights")) return;
    const auto& weights = config_.scoring.custom;
    const double sum = weights.complexity + weights.reusability + weights.novelty + weights.confirmation + weights.impact;
    if (std::abs(sum - 1) <= kWeightTolerance) return;
    std::ostringstream shown;
    shown << sum;
    report(line, "scoring.weights: the five weights (those not given have their defaults) must sum to 1, and sum to " + shown.str());
  }

  void checkBands() {
    const Line line = firstLineOf("quality");
    if (line == 0 || refusedIn("quality")) return;
    const auto& rules = config_.quality;
    if (rules.low < rules.good && rules.good < rules.excellent) return;
    report(line, "quality: low < good < excellent must hold, and they are " + showNumber(rules.low) + ", " + showNumber(rules.good) +
                     " and " + showNumber(rules.excellent));
  }

  std::string file_;
  Config config_;
  std::map<std::string_view, Line> given_;
  std::vector<std::string_view> refusedTables_;
  std::vector<std::pair<Line, std::string>> problems_;
};

}  // namespace

std::variant<Config, Problems> parseConfig(const std::string& text, const std::string& name) {
  try {
    const toml::table table = toml::parse(text, name);
    Reader reader(name);
    reader.read(table, "");
    reader.checkTogether();
    return reader.finish();
  } catch (const toml::parse_error& error) {
    return Problems{name + ":" + std::to_string(error.source().begin.line) + ": this is not TOML: " + std::string(error.description())};
  }
}

std::variant<Config, Problems> loadConfig(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Problems{name + ": it can't be read: " + std::strerror(errno)};
  std::string text(kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return Problems{name + ": it can't be read: " + std::strerror(errno)};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMostBytes) return Problems{name + ": it is larger than a configuration may be (1 MiB)"};
  return parseConfig(text, name);
}

}  // namespace learnd::config
