#include "tests/fakes/simple_index.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <utility>

namespace learnd::fakes {

namespace {

std::set<std::string> wordsOf(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char sign : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(sign)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(sign)));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  return words;
}

bool contains(const std::vector<std::string>& all, const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

bool passes(const ports::IndexEntry& entry, const ports::IndexFilter& filter) {
  if (!filter.categories.empty() && !contains(filter.categories, entry.category) &&
      !(entry.promoted && contains(filter.categories, std::string(core::kPromotedCategory)))) {
    return false;
  }
  if (!filter.kinds.empty() && std::find(filter.kinds.begin(), filter.kinds.end(), entry.kind) == filter.kinds.end()) return false;
  return std::all_of(filter.attributes.begin(), filter.attributes.end(), [&entry](const auto& condition) {
    return std::any_of(entry.attributes.begin(), entry.attributes.end(), [&condition](const auto& attribute) {
      return attribute.first == condition.name && contains(condition.values, attribute.second);
    });
  });
}

core::Candidate compare(const ports::IndexEntry& entry, const ports::IndexQuery& query, const std::set<std::string>& asked) {
  core::Candidate candidate;
  candidate.id = entry.id;
  if (entry.vector && !query.vector.empty() && entry.vector->size() == query.vector.size()) {
    float dot = 0;
    for (std::size_t i = 0; i < query.vector.size(); ++i) dot += (*entry.vector)[i] * query.vector[i];
    candidate.cosine = static_cast<double>(dot);
  }
  std::size_t shared = 0;
  for (const auto& word : wordsOf(entry.words)) shared += asked.count(word);
  if (shared > 0) candidate.wordScore = static_cast<double>(shared);
  return candidate;
}

ports::HeldEntry heldOf(const ports::IndexEntry& entry) {
  std::vector<std::string> categories{entry.category};
  if (entry.promoted) categories.emplace_back(core::kPromotedCategory);
  return {entry.id, entry.revision, entry.vector.has_value(), std::move(categories)};
}

core::Error noRebuild() { return core::Error(core::ErrorKind::Conflict, "no second index was begun"); }

}  // namespace

core::Result<void> SimpleIndex::put(Generation& generation, std::vector<ports::IndexEntry> entries) {
  for (auto& entry : entries) {
    if (entry.vector && entry.vector->size() != generation.dimensions)
      return core::Error(core::ErrorKind::InvalidInput, "other dimensions");
    auto& kept = generation.entries[entry.id];
    if (kept.revision > entry.revision) continue;
    if (!entry.vector && kept.revision == entry.revision) entry.vector = kept.vector;
    kept = std::move(entry);
  }
  return {};
}

bool SimpleIndex::hasRefused(const std::vector<ports::IndexEntry>& entries) const {
  return !refusedWords.empty() && std::any_of(entries.begin(), entries.end(), [this](const ports::IndexEntry& entry) {
    return entry.words.find(refusedWords) != std::string::npos;
  });
}

ports::Task<void> SimpleIndex::upsert(std::vector<ports::IndexEntry> entries) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (hasRefused(entries)) co_return core::Error(core::ErrorKind::Internal, "an entry is refused");
  co_return put(serving_, std::move(entries));
}

ports::Task<void> SimpleIndex::remove(std::vector<core::LearningId> ids) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (refusedId && std::find(ids.begin(), ids.end(), *refusedId) != ids.end()) {
    co_return core::Error(core::ErrorKind::Internal, "a removal is refused");
  }
  for (const auto& id : ids) {
    serving_.entries.erase(id);
    if (rebuilt_) rebuilt_->entries.erase(id);
  }
  co_return ports::Result<void>();
}

ports::Task<ports::IndexAnswer> SimpleIndex::search(ports::IndexQuery query) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  ports::IndexAnswer answer;
  const auto asked = wordsOf(query.words);
  for (const auto& [id, entry] : serving_.entries) {
    const bool wanted = std::find(query.wanted.begin(), query.wanted.end(), id) != query.wanted.end();
    const bool passesFilter = passes(entry, query.filter);
    if (!passesFilter && !wanted) continue;
    const auto candidate = compare(entry, query, asked);
    if (passesFilter && candidate.wordScore) answer.bestWordScore = std::max(answer.bestWordScore, *candidate.wordScore);
    if (wanted || candidate.cosine || candidate.wordScore) answer.candidates.push_back(candidate);
  }
  co_return answer;
}

ports::Task<void> SimpleIndex::useDimensions(std::size_t dimensions) {
  // A server's collection keeps its vectors where they are of this size already.
  if (outlives && serving_.dimensions == dimensions) co_return ports::Result<void>();
  serving_.dimensions = dimensions;
  for (auto& [id, entry] : serving_.entries) entry.vector.reset();
  co_return ports::Result<void>();
}

ports::Task<std::vector<ports::HeldEntry>> SimpleIndex::find(std::vector<core::LearningId> ids) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  std::vector<ports::HeldEntry> found;
  for (const auto& id : ids) {
    const auto place = serving_.entries.find(id);
    if (place == serving_.entries.end()) continue;
    found.push_back(heldOf(place->second));
    std::erase(*found.back().categories, lostCategory);
  }
  co_return found;
}

ports::Task<ports::HeldPage> SimpleIndex::held(std::string place, std::size_t limit) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (failHeld > 0) {
    --failHeld;
    co_return core::Error(core::ErrorKind::Unavailable, "down");
  }
  ports::HeldPage page;
  for (const auto& [id, kept] : serving_.entries) {
    const std::string text = id.text();
    if (text <= place) continue;
    if (page.entries.size() == limit) {
      page.next = page.entries.back().id.text();
      break;
    }
    page.entries.push_back(heldOf(kept));
  }
  co_return page;
}

ports::Task<ports::RebuildBegun> SimpleIndex::beginRebuild(std::string name, std::size_t dimensions) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (rebuilt_ && rebuilt_->name == name && rebuilt_->dimensions == dimensions) co_return ports::RebuildBegun::Again;
  rebuilt_.emplace(Generation{std::move(name), {}, dimensions});
  co_return ports::RebuildBegun::Anew;
}

ports::Task<void> SimpleIndex::upsertRebuilt(std::vector<ports::IndexEntry> entries) {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (!rebuilt_) co_return noRebuild();
  if (hasRefused(entries)) co_return core::Error(core::ErrorKind::Internal, "an entry is refused");
  co_return put(*rebuilt_, std::move(entries));
}

ports::Task<void> SimpleIndex::finishRebuild() {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  if (!rebuilt_) co_return noRebuild();
  serving_ = std::move(*rebuilt_);
  rebuilt_.reset();
  ++swaps;
  wordsOutdated = false;
  co_return core::Result<void>();
}

ports::Task<void> SimpleIndex::dropRebuild() {
  auto passed = co_await fault.pass();
  if (!passed) co_return passed.error();
  rebuilt_.reset();
  co_return core::Result<void>();
}

ports::Task<ports::IndexStatus> SimpleIndex::status() {
  ports::IndexStatus status;
  status.up = !fault.error;
  status.detail = fault.error ? fault.error->message() : "simple";
  status.entries = serving_.entries.size();
  status.wordsOutdated = wordsOutdated;
  for (const auto& [id, entry] : serving_.entries) {
    if (!entry.vector) continue;
    ++status.vectors;
    status.dimensions = entry.vector->size();
  }
  co_return status;
}

}  // namespace learnd::fakes
