#include "adapters/qdrant/names.hpp"
#include "adapters/qdrant/qdrant_index.hpp"
#include "support/gather.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace learnd::qdrant {

namespace {

using namespace std::chrono_literals;
using core::Error;
using core::ErrorKind;
using json::Value;

constexpr auto kSearchTime = 3s;
constexpr auto kReadTime = 10s;

Value idsOf(const std::vector<core::LearningId>& ids) {
  Value::Array list;
  for (const auto& id : ids) list.emplace_back(id.text());
  return Value(std::move(list));
}

core::Result<std::vector<ports::HeldEntry>> readHeld(const Value& points, const std::string& category) {
  std::vector<ports::HeldEntry> entries;
  if (!points.asArray()) return Error(ErrorKind::Unavailable, "Qdrant answered a question for points with something else: see index.url");
  for (const Value& point : *points.asArray()) {
    const Value* id = point.find("id");
    const auto parsed = id && id->asText() ? core::LearningId::parse(*id->asText()) : std::nullopt;
    if (!parsed) continue;
    const Value* payload = point.find("payload");
    const Value* revision = payload ? payload->find(kRevisionMember) : nullptr;
    const bool isNumber = revision && revision->asInteger();
    entries.push_back({*parsed, isNumber ? static_cast<std::uint64_t>(*revision->asInteger()) : 0, false, std::vector{category}});
  }
  return entries;
}

/// Of a page; nothing where there are none in it.
const Value& pointsOf(const Value& page) {
  static const Value kNone;
  const Value* points = page.find("points");
  return points ? *points : kNone;
}

Value revisionOnly() { return Value(Value::Array{Value(kRevisionMember)}); }
/// The points of a page or of some ids, without their payload but for the revision.
std::string pageRequest(std::size_t limit, const Value& offset) {
  Value body;
  body.set("limit", Value(static_cast<std::uint64_t>(std::max<std::size_t>(limit, 1))));
  body.set("with_payload", revisionOnly());
  body.set("with_vector", Value(false));
  if (!offset.isNull()) body.set("offset", offset);
  return json::write(body);
}

std::string withVectorRequest(const std::vector<ports::HeldEntry>& entries) {
  std::vector<core::LearningId> ids;
  for (const auto& entry : entries) ids.push_back(entry.id);
  Value which;
  which.set("has_id", idsOf(ids));
  Value hasVector;
  hasVector.set("has_vector", Value(""));
  Value filter;
  filter.set("must", Value(Value::Array{std::move(which), std::move(hasVector)}));
  Value body;
  body.set("filter", std::move(filter));
  body.set("limit", Value(static_cast<std::uint64_t>(ids.size())));
  body.set("with_payload", Value(false));
  body.set("with_vector", Value(false));
  return json::write(body);
}

/// A place in what is held: a category, and the id that the page begins with as JSON: other programs write points with numbers for ids.
std::string placeOf(const std::string& category, const Value& id) { return category + "/" + (id.isNull() ? "" : json::write(id)); }

/// That id; null at the beginning of the category.
core::Result<Value> idOfPlace(const std::string& place) {
  const std::size_t slash = place.find('/');
  const std::string text = slash == std::string::npos ? "" : place.substr(slash + 1);
  if (text.empty() && (place.empty() || slash != std::string::npos)) return Value();
  auto id = json::parse(text);
  const bool isId = id && (id->isInteger() || (id->asText() && core::LearningId::parse(*id->asText())));
  if (!isId) return Error(ErrorKind::InvalidInput, "not a place of this index: " + place);
  return std::move(*id);
}

}  // namespace

ports::Task<std::vector<std::vector<ScoredId>>> QdrantIndex::ask(std::string collection, Question::Batch batch) {
  const std::size_t parts = batch.parts.size();
  if (parts == 0) co_return std::vector<std::vector<ScoredId>>();
  auto result =
      co_await api_.call("POST", collectionTarget(collection, "/points/query/batch?timeout=3"), std::move(batch.body), kSearchTime);
  if (!result) co_return result.error();
  co_return readBatch(*result, parts);
}

ports::Task<ports::IndexAnswer> QdrantIndex::answer(std::shared_ptr<const ports::IndexQuery> query) {
  auto making = [query]() -> core::Result<std::shared_ptr<const Question>> {
    try {
      return std::make_shared<const Question>(*query);
    } catch (const std::exception& failure) {
      return Error(ErrorKind::Internal, std::string("the question can't be taken apart: ") + failure.what());
    }
  };
  auto question = co_await pool_.run(std::move(making));
  if (!question) co_return question.error();
  for (int attempt = 0;; ++attempt) {
    auto asked = co_await askAll(*query, **question);
    if (asked || asked.error().kind() != ErrorKind::NotFound || attempt > 0) co_return asked;
    catalogue_.forget();
  }
}

ports::Task<ports::IndexAnswer> QdrantIndex::askAll(const ports::IndexQuery& query, const Question& question) {
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  const auto& through = query.filter.categories;
  const auto isAsked = [&through](const std::string& category) {
    return through.empty() || std::find(through.begin(), through.end(), category) != through.end();
  };
  for (const auto& [category, why] : (*holdings)->outdated) {
    // An answer without it would look whole. No fault of the server's.
    if (isAsked(category)) co_return Error(ErrorKind::Busy, why);
  }
  std::vector<Collection> collections;
  std::vector<Question::Batch> batches;
  for (const auto& [category, collection] : (*holdings)->serving) {
    const bool best = isAsked(category);
    collections.push_back(collection);
    batches.push_back(question.batch(collection.dimensions, best, query.wanted, query.wanted));
  }
  std::vector<Found> all(collections.size());
  auto step = co_await askInto(all, collections, std::move(batches));
  if (!step) co_return step.error();
  ports::IndexAnswer answer;
  answer.bestWordScore = bestWords(all);
  const IdSet chosen = choose(all, query);
  std::vector<Question::Batch> more;
  for (std::size_t i = 0; i < all.size(); ++i) {
    more.push_back(question.batch(collections[i].dimensions, false, lacking(all[i], chosen, &Scores::cosine),
                                  lacking(all[i], chosen, &Scores::words)));
  }
  step = co_await askInto(all, collections, std::move(more));
  if (!step) co_return step.error();
  answer.candidates = candidatesOf(all, chosen);
  co_return answer;
}

ports::Task<void> QdrantIndex::askInto(std::vector<Found>& all, const std::vector<Collection>& collections,
                                       std::vector<Question::Batch> batches) {
  std::vector<ports::Task<std::vector<std::vector<ScoredId>>>> asking;
  std::vector<std::vector<Asked>> parts;
  for (std::size_t i = 0; i < collections.size(); ++i) {
    parts.push_back(batches[i].parts);
    asking.push_back(ask(collections[i].name, std::move(batches[i])));
  }
  auto answers = co_await support::gather(std::move(asking), kAtOnce);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) co_return answers[i].error();
    all[i].take(parts[i], std::move(*answers[i]));
  }
  co_return core::Result<void>();
}

ports::Task<void> QdrantIndex::markVectors(const Collection& collection, std::vector<ports::HeldEntry>& entries) {
  if (entries.empty() || collection.dimensions == 0) co_return core::Result<void>();
  auto result = co_await api_.call("POST", collectionTarget(collection.name, "/points/scroll"), withVectorRequest(entries), kReadTime);
  if (!result) co_return result.error();
  const auto having = readHeld(pointsOf(*result), collection.category);
  if (!having) co_return having.error();
  IdSet with;
  for (const auto& one : *having) with.insert(one.id);
  for (auto& entry : entries) entry.hasVector = with.contains(entry.id);
  co_return core::Result<void>();
}

ports::Task<std::vector<ports::HeldEntry>> QdrantIndex::findIn(Collection collection, std::vector<core::LearningId> ids, bool withVectors) {
  Value body;
  body.set("ids", idsOf(ids));
  body.set("with_payload", revisionOnly());
  auto result = co_await api_.call("POST", collectionTarget(collection.name, "/points"), json::write(body), kReadTime);
  if (!result) co_return result.error();
  auto entries = readHeld(*result, collection.category);
  if (!entries) co_return entries.error();
  if (withVectors) {
    auto marked = co_await markVectors(collection, *entries);
    if (!marked) co_return marked.error();
  }
  co_return entries;
}

ports::Task<std::vector<ports::HeldEntry>> QdrantIndex::findAll(std::vector<core::LearningId> ids) {
  std::vector<ports::HeldEntry> all;
  if (ids.empty()) co_return all;
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  std::vector<ports::Task<std::vector<ports::HeldEntry>>> asking;
  for (const auto& [category, collection] : (*holdings)->serving) asking.push_back(findIn(collection, ids, true));
  auto found = co_await support::gather(std::move(asking), kAtOnce);
  std::unordered_map<core::LearningId, std::size_t, core::LearningIdHash> places;
  for (auto& one : found) {
    if (!one && one.error().kind() == ErrorKind::NotFound) catalogue_.forget();
    if (!one) co_return one.error();
    for (auto& entry : *one) {
      const auto [place, isNew] = places.emplace(entry.id, all.size());
      if (isNew) {
        all.push_back(std::move(entry));
        continue;
      }
      // Of two points of one learning the worse counts, so that it is made good.
      ports::HeldEntry& kept = all[place->second];
      kept.revision = std::min(kept.revision, entry.revision);
      kept.hasVector = kept.hasVector && entry.hasVector;
      if (kept.categories && entry.categories) {
        kept.categories->insert(kept.categories->end(), entry.categories->begin(), entry.categories->end());
      }
    }
  }
  co_return all;
}

ports::Task<ports::HeldPage> QdrantIndex::heldPage(std::string place, std::size_t limit) {
  const auto first = idOfPlace(place);
  if (!first) co_return first.error();
  const std::string category = place.substr(0, place.find('/'));
  auto holdings = co_await catalogue_.view();
  if (!holdings) co_return holdings.error();
  const auto& serving = (*holdings)->serving;
  auto at = serving.lower_bound(category);
  ports::HeldPage page;
  if (at == serving.end()) co_return page;
  const Value offset = at->first == category ? *first : Value();
  auto result = co_await api_.call("POST", collectionTarget(at->second.name, "/points/scroll"), pageRequest(limit, offset), kReadTime);
  if (!result && result.error().kind() == ErrorKind::NotFound) catalogue_.forget();
  if (!result) co_return result.error();
  auto entries = readHeld(pointsOf(*result), at->first);
  if (!entries) co_return entries.error();
  page.entries = std::move(*entries);
  auto marked = co_await markVectors(at->second, page.entries);
  if (!marked) co_return marked.error();
  const Value* next = result->find("next_page_offset");
  if (next && !next->isNull()) {
    page.next = placeOf(at->first, *next);
  } else if (++at != serving.end()) {
    page.next = placeOf(at->first, Value());
  }
  co_return page;
}

}  // namespace learnd::qdrant
