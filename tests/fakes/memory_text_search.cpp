#include "tests/fakes/memory_record_store.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace learnd::fakes {

namespace {

std::set<std::string> wordsOf(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char sign : text) {
    const auto byte = static_cast<unsigned char>(sign);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      word += static_cast<char>(std::tolower(byte));
    } else if (!word.empty()) {
      words.insert(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.insert(std::move(word));
  return words;
}

bool isAsked(const core::Learning& learning, const ports::TextQuery& query) {
  const auto& categories = query.categories;
  const auto has = [&categories](std::string_view category) {
    return std::find(categories.begin(), categories.end(), category) != categories.end();
  };
  if (!categories.empty() && !has(learning.category) && !(learning.promoted && has(core::kPromotedCategory))) return false;
  return query.kinds.empty() || std::find(query.kinds.begin(), query.kinds.end(), learning.kind) != query.kinds.end();
}

}  // namespace

ports::Task<std::vector<ports::TextHit>> MemoryRecordStore::searchText(ports::TextQuery query) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (!keepsTextIndex) co_return core::Error(core::ErrorKind::Unavailable, "no index of words is kept");
  const auto asked = wordsOf(query.words);
  std::vector<ports::TextHit> hits;
  for (const auto& [id, row] : state_.rows) {
    if (!row.isInIndex() || !isAsked(row.learning, query)) continue;
    const auto words = wordsOf(row.learning.query + "\n" + row.learning.solution);
    const auto common = std::count_if(asked.begin(), asked.end(), [&words](const std::string& word) { return words.contains(word); });
    if (common > 0) hits.push_back({id, static_cast<double>(common)});
  }
  std::sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.rank != b.rank ? a.rank > b.rank : a.id > b.id; });
  if (hits.size() > query.limit) hits.resize(query.limit);
  co_return hits;
}

}  // namespace learnd::fakes
