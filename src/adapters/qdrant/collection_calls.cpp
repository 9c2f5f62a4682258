#include "adapters/qdrant/collection_calls.hpp"

#include "adapters/qdrant/names.hpp"
#include "core/lexical_terms.hpp"

#include <utility>

namespace learnd::qdrant {

namespace {

using namespace std::chrono_literals;
using json::Value;

constexpr auto kAskTime = 3s;
/// Making a collection syncs several files.
constexpr auto kMakeTime = 20s;
constexpr auto kWriteTime = 30s;
/// Points can hold megabytes of text each.
constexpr std::size_t kCopyPage = 32;
constexpr std::string_view kMark = "learnd";

std::string textOf(const Value* value) { return value && value->asText() ? *value->asText() : std::string(); }

std::uint64_t countOf(const Value* value) {
  if (!value) return 0;
  if (const auto* number = value->asInteger(); number && *number > 0) return static_cast<std::uint64_t>(*number);
  return value->asLargeInteger() ? *value->asLargeInteger() : 0;
}

const Value* findPath(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = &value;
  for (const auto name : path) {
    found = found->find(name);
    if (!found) return nullptr;
  }
  return found;
}

/// The payload indexes that only our collections have: they mark those of servers without metadata.
bool hasOurIndexes(const Value& info) {
  return findPath(info, {"payload_schema", kRevisionMember}) && findPath(info, {"payload_schema", kFacetsMember});
}

CollectionFacts factsOf(const Value& info) {
  CollectionFacts facts;
  if (const Value* vectors = findPath(info, {"config", "params", "vectors"});
      vectors && vectors->asObject() && !vectors->asObject()->empty()) {
    facts.dimensions = static_cast<std::size_t>(countOf(vectors->find("size")));
    facts.plain = facts.dimensions > 0 && textOf(vectors->find("distance")) == "Cosine";
  }
  facts.hasWords = findPath(info, {"config", "params", "sparse_vectors", wordsVectorName()}) != nullptr;
  const Value* mark = findPath(info, {"config", "metadata", kMark});
  facts.indexed = hasOurIndexes(info);
  facts.marked = mark != nullptr || facts.indexed;
  if (mark) {
    facts.prefix = textOf(mark->find("prefix"));
    facts.rebuild = textOf(mark->find("rebuild"));
  }
  return facts;
}

Value markOf(const CollectionPlan& plan) {
  Value mark;
  mark.set("made_by", Value("learnd " LEARND_VERSION));
  mark.set("prefix", Value(plan.prefix));
  mark.set("rebuild", Value(plan.rebuild));
  Value metadata;
  metadata.set(std::string(kMark), std::move(mark));
  return metadata;
}

std::string creationOf(const CollectionPlan& plan) {
  Value body;
  if (plan.dimensions > 0) {
    Value vectors;
    vectors.set("size", Value(static_cast<std::uint64_t>(plan.dimensions)));
    vectors.set("distance", Value("Cosine"));
    body.set("vectors", std::move(vectors));
  }
  Value words;
  words.set("modifier", Value("idf"));
  Value sparse;
  sparse.set(wordsVectorName(), std::move(words));
  body.set("sparse_vectors", std::move(sparse));
  body.set("metadata", markOf(plan));
  return json::write(body);
}

std::string indexOf(std::string_view member, std::string_view schema) {
  Value body;
  body.set("field_name", Value(member));
  body.set("field_schema", Value(schema));
  return json::write(body);
}

ports::Task<void> withoutResult(ports::Task<Value> call) {
  auto result = co_await std::move(call);
  if (!result) co_return result.error();
  co_return core::Result<void>();
}

/// A page of points as it came, made into what an upsert takes.
std::string copyOf(const Value::Array& points) {
  Value::Array copies;
  for (const Value& point : points) {
    Value copy;
    copy.set("id", *point.find("id"));
    const Value* vector = point.find("vector");
    copy.set("vector", vector && vector->asObject() ? *vector : Value(Value::Object()));
    const Value* payload = point.find("payload");
    copy.set("payload", payload ? *payload : Value());
    copies.push_back(std::move(copy));
  }
  Value body;
  body.set("points", Value(std::move(copies)));
  // What is there already was written since, and stays. Older servers don't know this, and copy over it.
  Value noRevision;
  noRevision.set("key", Value(kRevisionMember));
  Value isEmpty;
  isEmpty.set("is_empty", std::move(noRevision));
  Value filter;
  filter.set("must", Value(Value::Array{std::move(isEmpty)}));
  body.set("update_filter", std::move(filter));
  return json::write(body);
}

std::string pageRequest(const Value& offset) {
  Value body;
  body.set("limit", Value(static_cast<std::uint64_t>(kCopyPage)));
  body.set("with_payload", Value(true));
  body.set("with_vector", Value(Value::Array{Value(wordsVectorName())}));
  if (!offset.isNull()) body.set("offset", offset);
  return json::write(body);
}

}  // namespace

ports::Task<std::vector<std::string>> listCollections(QdrantApi& api) {
  auto result = co_await api.call("GET", "/collections", "", kAskTime);
  if (!result) co_return result.error();
  std::vector<std::string> names;
  const Value* all = result->find("collections");
  if (!all || !all->asArray()) co_return api.noQdrant();
  for (const Value& one : *all->asArray()) names.push_back(textOf(one.find("name")));
  co_return names;
}

ports::Task<AliasMap> listAliases(QdrantApi& api) {
  auto result = co_await api.call("GET", "/aliases", "", kAskTime);
  if (!result) co_return result.error();
  AliasMap aliases;
  const Value* all = result->find("aliases");
  if (!all || !all->asArray()) co_return api.noQdrant();
  for (const Value& one : *all->asArray()) aliases.emplace(textOf(one.find("alias_name")), textOf(one.find("collection_name")));
  co_return aliases;
}

ports::Task<CollectionFacts> describeCollection(QdrantApi& api, std::string name) {
  auto result = co_await api.call("GET", collectionTarget(name), "", kAskTime);
  if (!result) co_return result.error();
  co_return factsOf(*result);
}

ports::Task<void> createCollection(QdrantApi& api, CollectionPlan plan) {
  auto made = co_await api.call("PUT", collectionTarget(plan.name, "?timeout=15"), creationOf(plan), kMakeTime);
  if (!made && made.error().kind() != core::ErrorKind::Conflict) co_return made.error();
  co_return co_await finishCollection(api, std::move(plan.name));
}

ports::Task<void> finishCollection(QdrantApi& api, std::string name) {
  for (const auto& [member, schema] : {std::pair{kRevisionMember, "integer"}, std::pair{kFacetsMember, "keyword"}}) {
    auto indexed = co_await api.call("PUT", collectionTarget(name, "/index?wait=true"), indexOf(member, schema), kMakeTime);
    if (!indexed) co_return indexed.error();
  }
  co_return core::Result<void>();
}

core::Result<void> checkWritten(const QdrantApi& api, const Value& answer) {
  const std::string status = textOf(answer.find("status"));
  if (status.empty()) return api.noQdrant();
  if (status == "wait_timeout") {
    return core::Error(core::ErrorKind::Timeout, "Qdrant has taken points but does not show them yet: it is overloaded");
  }
  return {};
}

ports::Task<void> writeMetadata(QdrantApi& api, CollectionPlan plan) {
  Value body;
  body.set("metadata", markOf(plan));
  co_return co_await withoutResult(api.call("PATCH", collectionTarget(plan.name), json::write(body), kMakeTime));
}

ports::Task<void> setAlias(QdrantApi& api, std::string alias, std::string collection) {
  Value create;
  create.set("collection_name", Value(std::move(collection)));
  create.set("alias_name", Value(std::move(alias)));
  Value action;
  action.set("create_alias", std::move(create));
  Value body;
  body.set("actions", Value(Value::Array{std::move(action)}));
  co_return co_await withoutResult(api.call("POST", "/collections/aliases", json::write(body), kMakeTime));
}

ports::Task<void> dropCollection(QdrantApi& api, std::string name) {
  co_return co_await withoutResult(api.call("DELETE", collectionTarget(name), "", kMakeTime));
}

ports::Task<std::uint64_t> countPoints(QdrantApi& api, std::string name, json::Value filter) {
  Value body;
  body.set("filter", std::move(filter));
  body.set("exact", Value(true));
  auto result = co_await api.call("POST", collectionTarget(name, "/points/count"), json::write(body), kAskTime);
  if (!result) co_return result.error();
  const Value* count = result->find("count");
  if (!count) co_return api.noQdrant();
  co_return countOf(count);
}

ports::Task<void> copyWords(QdrantApi& api, std::string from, std::string to) {
  Value offset;
  do {
    auto page = co_await api.call("POST", collectionTarget(from, "/points/scroll"), pageRequest(offset), kWriteTime);
    if (!page) co_return page.error();
    const Value* points = page->find("points");
    if (!points || !points->asArray()) co_return api.noQdrant();
    if (!points->asArray()->empty()) {
      auto copied = co_await api.call("PUT", collectionTarget(to, "/points?wait=true"), copyOf(*points->asArray()), kWriteTime);
      if (!copied) co_return copied.error();
      auto done = checkWritten(api, *copied);
      if (!done) co_return done.error();
    }
    const Value* next = page->find("next_page_offset");
    offset = next ? *next : Value();
  } while (!offset.isNull());
  co_return core::Result<void>();
}

ports::Task<void> deletePoints(QdrantApi& api, std::string name, std::vector<std::string> ids) {
  Value::Array points;
  for (auto& id : ids) points.emplace_back(std::move(id));
  Value body;
  body.set("points", Value(std::move(points)));
  auto deleted = co_await api.call("POST", collectionTarget(name, "/points/delete?wait=true"), json::write(body), kWriteTime);
  if (!deleted) co_return deleted.error();
  co_return checkWritten(api, *deleted);
}

}  // namespace learnd::qdrant
