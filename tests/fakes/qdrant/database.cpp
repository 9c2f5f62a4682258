#include "tests/fakes/qdrant/database.hpp"

#include "tests/fakes/qdrant/point_codec.hpp"
#include "tests/fakes/qdrant/refusal.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace learnd::fakes::qdrant {

namespace {

using json::Value;

/// No such route: nothing but a status.
struct NoRoute {};
/// An answer that is no JSON of the envelope.
struct PlainAnswer {
  std::string type;
  std::string body;
};

Value bodyOf(const FakeRequest& request) {
  auto parsed = json::parse(request.body);
  if (parsed) return std::move(*parsed);
  const std::size_t last = request.body.find_last_not_of(" \t\r\n");
  const bool cut = last == std::string::npos || std::string_view(":,{[").find(request.body[last]) != std::string_view::npos;
  if (cut) throw badJson("EOF while parsing a value at line 1 column " + std::to_string(request.body.size()));
  throw badJson("expected value at line 1 column 1");
}

void checkName(const std::string& name) {
  constexpr std::size_t kLongest = 255;
  if (name.empty() || name.size() > kLongest) {
    throw Refusal{
        422, "Validation error in path parameters: [collection_name: value \"" + name + "\" invalid, must be from 1 to 255 characters]"};
  }
  for (const char sign : std::string("<>:\"/\\|?*") + std::string(1, '\0') + "\x1F") {
    if (name.find(sign) != std::string::npos) {
      throw Refusal{
          422, std::string("Validation error in path parameters: [collection_name: collection name cannot contain \"") + sign + "\" char]"};
    }
  }
}

void checkParameters(const FakeRequest& request) {
  if (const auto wait = request.parameters.find("wait");
      wait != request.parameters.end() && wait->second != "true" && wait->second != "false") {
    throw Refusal{400, "Deserialize error in query parameters: provided string was not `true` or `false`"};
  }
  if (const auto timeout = request.parameters.find("timeout"); timeout != request.parameters.end()) {
    std::uint64_t seconds = 0;
    const std::string& text = timeout->second;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failed != std::errc() || end != text.data() + text.size() || seconds == 0) {
      throw Refusal{400, "Deserialize error in query parameters: invalid value: integer `" + text + "`, expected a nonzero u64"};
    }
  }
}

std::string textMember(const Value& body, const char* name) {
  const Value* member = body.find(name);
  if (!member) throw badJson(std::string("missing field `") + name + "` at line 1 column 1");
  if (!member->asText()) throw badJson("invalid type, expected a string at line 1 column 1");
  return *member->asText();
}

std::string envelope(Value result) {
  Value answer;
  answer.set("result", std::move(result));
  answer.set("status", Value("ok"));
  std::string text = json::write(answer);
  // The time can come with an exponent.
  text.back() = ',';
  return text + "\"time\":6.149e-6}";
}

}  // namespace

Database::Database(std::string version) : version_(std::move(version)) {}

bool Database::isAtLeast(int minor, int patch) const {
  int own[3] = {0, 0, 0};
  const char* at = version_.data();
  for (int& part : own)
    at = std::min(std::from_chars(at, version_.data() + version_.size(), part).ptr + 1, version_.data() + version_.size());
  return std::pair(own[1], own[2]) >= std::pair(minor, patch);
}

bool Database::onlyReads(const FakeRequest& request) {
  if (request.method == "GET") return true;
  if (request.method != "POST" || request.path.empty()) return false;
  static const std::set<std::string> kReading{"query", "batch", "scroll", "count", "search"};
  const std::string& last = request.path.back();
  if (last == "batch") return request.path.size() >= 2 && request.path[request.path.size() - 2] == "query";
  return kReading.contains(last) || (last == "points" && request.path.size() == 3);
}

FakeResponse Database::answer(const FakeRequest& request) {
  try {
    checkParameters(request);
    return {200, "application/json", envelope(route(request))};
  } catch (const PlainAnswer& plain) {
    return {200, plain.type, plain.body};
  } catch (const Refusal& refusal) {
    Value error;
    error.set("error", Value(refusal.text));
    Value answer;
    answer.set("status", std::move(error));
    answer.set("time", Value(0.0));
    return {refusal.status, "application/json", json::write(answer)};
  } catch (const NoRoute&) {
    return {404, "", ""};
  }
}

Value Database::route(const FakeRequest& request) {
  const auto& path = request.path;
  const bool get = request.method == "GET";
  if (path.empty() && get) {
    throw PlainAnswer{"application/json", R"({"title":"qdrant - vector search engine","version":")" + version_ + R"(","commit":"0"})"};
  }
  if (path.empty()) throw NoRoute();
  if (path.size() == 1 && get && (path[0] == "healthz" || path[0] == "livez")) {
    throw PlainAnswer{"text/plain; charset=utf-8", "healthz check passed"};
  }
  if (path.size() == 1 && get && path[0] == "readyz") throw PlainAnswer{"text/plain; charset=utf-8", "all shards are ready"};
  if (path.size() == 1 && get && path[0] == "aliases") return listAliases(nullptr);
  if (path[0] != "collections") throw NoRoute();
  if (path.size() == 1 && get) {
    Value::Array names;
    for (const auto& [name, collection] : collections_) {
      Value one;
      one.set("name", Value(name));
      names.push_back(std::move(one));
    }
    Value result;
    result.set("collections", Value(std::move(names)));
    return result;
  }
  if (path.size() == 2 && path[1] == "aliases" && request.method == "POST") return changeAliases(bodyOf(request));
  if (path.size() == 1) throw NoRoute();
  return routeCollection(request);
}

Value Database::routeCollection(const FakeRequest& request) {
  const auto& path = request.path;
  const std::string& method = request.method;
  const std::string& name = path[1];
  if (path.size() == 2) {
    if (method == "PUT") return create(name, bodyOf(request));
    if (method == "GET") return describe(name);
    if (method == "DELETE") return drop(name);
    if (method == "PATCH") return patch(name, bodyOf(request));
    throw NoRoute();
  }
  if (path[2] == "exists" && method == "GET" && path.size() == 3) {
    Value result;
    result.set("exists", Value(collections_.contains(name) || aliases_.contains(name)));
    return result;
  }
  if (path[2] == "aliases" && method == "GET" && path.size() == 3) return listAliases(&name);
  if (path[2] == "index" && ((method == "PUT" && path.size() == 3) || (method == "DELETE" && path.size() == 4))) {
    return makeIndex(request, method == "PUT" ? bodyOf(request) : Value());
  }
  if (path[2] == "points") return routePoints(request);
  throw NoRoute();
}

Value Database::routePoints(const FakeRequest& request) {
  const auto& path = request.path;
  const std::string& method = request.method;
  const std::string& name = path[1];
  if (path.size() == 3) {
    if (method == "PUT") return upsert(request, bodyOf(request));
    if (method == "POST") return retrieve(name, bodyOf(request));
    throw NoRoute();
  }
  if (path.size() == 4 && method == "POST") {
    if (path[3] == "scroll") return scroll(name, bodyOf(request));
    if (path[3] == "count") return count(name, bodyOf(request));
    if (path[3] == "delete") return erase(request, bodyOf(request));
    if (path[3] == "query") return query(name, bodyOf(request));
  }
  if (path.size() == 5 && method == "POST" && path[3] == "query" && path[4] == "batch") return queryBatch(name, bodyOf(request));
  if (path.size() != 4 || method != "GET") throw NoRoute();
  StoredCollection& collection = at(name);
  std::uint64_t number = 0;
  const std::string& text = path[3];
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto uuid = normalUuid(text);
  const bool isNumber = failed == std::errc() && end == text.data() + text.size();
  if (!isNumber && !uuid) throw wrongInput("Can not recognize \"" + text + "\" as point id");
  const PointId id = isNumber ? PointId(number) : PointId(*uuid);
  const auto* point = collection.find(id);
  if (!point) throw Refusal{404, "Not found: Point with id " + text + " does not exists!"};
  const Value all(true);
  return writePoint(id, *point, &all, &all);
}

StoredCollection& Database::at(const std::string& name) {
  const auto alias = aliases_.find(name);
  const auto place = collections_.find(alias == aliases_.end() ? name : alias->second);
  if (place == collections_.end()) throw noCollection(name);
  return *place->second;
}

Value Database::create(const std::string& name, const Value& body) {
  checkName(name);
  auto made = std::make_unique<StoredCollection>(body);
  if (collections_.contains(name)) throw Refusal{409, "Wrong input: Collection `" + name + "` already exists!"};
  if (aliases_.contains(name)) throw wrongInput("Can't create collection with name " + name + ". Alias with the same name already exists");
  if (!isAtLeast(15, 5)) made->metadata = Value();
  collections_[name] = std::move(made);
  return Value(true);
}

Value Database::describe(const std::string& name) {
  const StoredCollection& collection = at(name);
  Value params;
  Value vectors{Value::Object()};
  for (const auto& [vector, kind] : collection.dense) {
    Value one;
    one.set("size", Value(static_cast<std::uint64_t>(kind.size)));
    one.set("distance", Value(kind.distance));
    if (vector.empty()) {
      vectors = std::move(one);
    } else {
      vectors.set(vector, std::move(one));
    }
  }
  params.set("vectors", std::move(vectors));
  if (!collection.sparse.empty()) {
    Value sparse;
    for (const auto& [vector, rarity] : collection.sparse) {
      Value one{Value::Object()};
      if (rarity) one.set("modifier", Value("idf"));
      sparse.set(vector, std::move(one));
    }
    params.set("sparse_vectors", std::move(sparse));
  }
  Value config;
  config.set("params", std::move(params));
  if (!collection.metadata.isNull()) config.set("metadata", collection.metadata);
  Value schema{Value::Object()};
  for (const auto& [field, one] : collection.payloadSchema) schema.set(field, one);
  Value result;
  result.set("status", Value("green"));
  result.set("points_count", Value(static_cast<std::uint64_t>(collection.points().size())));
  result.set("config", std::move(config));
  result.set("payload_schema", std::move(schema));
  return result;
}

Value Database::drop(const std::string& name) {
  if (collections_.erase(name) == 0) return Value(false);
  std::erase_if(aliases_, [&name](const auto& alias) { return alias.second == name; });
  return Value(true);
}

Value Database::patch(const std::string& name, const Value& body) {
  StoredCollection& collection = at(name);
  const Value* metadata = body.find("metadata");
  if (metadata && metadata->asObject() && isAtLeast(15, 5)) {
    for (const auto& [key, value] : *metadata->asObject()) collection.metadata.set(key, value);
  }
  return Value(true);
}

Value Database::changeAliases(const Value& body) {
  const Value* actions = body.find("actions");
  if (!actions || !actions->asArray()) throw badJson("missing field `actions` at line 1 column 2");
  for (const Value& action : *actions->asArray()) {
    if (!action.find("create_alias") && !action.find("delete_alias") && !action.find("rename_alias")) {
      throw badJson("data did not match any variant of untagged enum AliasOperations at line 1 column 25");
    }
  }
  // Not as a whole: what came before a failure stays.
  for (const Value& action : *actions->asArray()) {
    if (const Value* create = action.find("create_alias")) {
      const std::string collection = textMember(*create, "collection_name");
      const std::string alias = textMember(*create, "alias_name");
      if (!collections_.contains(collection)) throw noCollection(collection);
      if (collections_.contains(alias)) throw Refusal{409, "Wrong input: Collection `" + alias + "` already exists!"};
      aliases_[alias] = collection;
    } else if (const Value* gone = action.find("delete_alias")) {
      aliases_.erase(textMember(*gone, "alias_name"));
    } else {
      const Value* rename = action.find("rename_alias");
      const std::string old = textMember(*rename, "old_alias_name");
      const auto place = aliases_.find(old);
      if (place == aliases_.end()) throw Refusal{404, "Not found: Alias " + old + " does not exists!"};
      const std::string collection = place->second;
      aliases_.erase(place);
      aliases_[textMember(*rename, "new_alias_name")] = collection;
    }
  }
  return Value(true);
}

Value Database::listAliases(const std::string* collection) const {
  Value::Array list;
  for (const auto& [alias, target] : aliases_) {
    if (collection && *collection != target) continue;
    Value one;
    one.set("alias_name", Value(alias));
    one.set("collection_name", Value(target));
    list.push_back(std::move(one));
  }
  Value result;
  result.set("aliases", Value(std::move(list)));
  return result;
}

Value Database::makeIndex(const FakeRequest& request, const Value& body) {
  if (request.method == "DELETE") {
    StoredCollection& collection = at(request.path[1]);
    collection.payloadSchema.erase(request.path[3]);
    return written(request, collection);
  }
  const std::string field = textMember(body, "field_name");
  const Value* schema = body.find("field_schema");
  const Value* type = schema && schema->asObject() ? schema->find("type") : schema;
  static const std::set<std::string> kTypes{"keyword", "integer", "float", "geo", "text", "bool", "datetime", "uuid"};
  if (!type || !type->asText() || !kTypes.contains(*type->asText())) {
    throw badJson("data did not match any variant of untagged enum PayloadFieldSchema at line 1 column 48");
  }
  StoredCollection& collection = at(request.path[1]);
  Value kept;
  kept.set("data_type", Value(*type->asText()));
  if (schema->asObject()) kept.set("params", *schema);
  collection.payloadSchema[field] = std::move(kept);
  return written(request, collection);
}

Value Database::written(const FakeRequest& request, StoredCollection& collection) const {
  ++collection.operations;
  const auto wait = request.parameters.find("wait");
  Value result;
  result.set("operation_id", Value(collection.operations));
  result.set("status", Value(wait != request.parameters.end() && wait->second == "true" ? "completed" : "acknowledged"));
  return result;
}

Value Database::upsert(const FakeRequest& request, const Value& body) {
  auto points = readPoints(body);
  const Value* condition = body.find("update_filter");
  const bool conditional = condition && isAtLeast(15, 5);
  const PointFilter filter(conditional ? condition : nullptr);
  const Value* mode = body.find("update_mode");
  StoredCollection& collection = at(request.path[1]);
  if (points.empty()) throw Refusal{400, "Bad request: Empty update request"};
  collection.check(points);
  if (mode && mode->asText() && *mode->asText() == "insert_only" && isAtLeast(17, 0)) {
    std::erase_if(points, [&collection](const GivenPoint& point) { return collection.find(point.id) != nullptr; });
  }
  collection.upsert(std::move(points), conditional ? &filter : nullptr);
  return written(request, collection);
}

Value Database::erase(const FakeRequest& request, const Value& body) {
  const Value* ids = body.find("points");
  const Value* where = body.find("filter");
  if (!ids && !where) throw badJson("data did not match any variant of untagged enum PointsSelector");
  std::vector<PointId> gone;
  if (ids) {
    if (!ids->asArray()) throw badJson("data did not match any variant of untagged enum PointsSelector");
    for (const Value& id : *ids->asArray()) gone.push_back(readId(id));
  }
  const PointFilter filter(where);
  StoredCollection& collection = at(request.path[1]);
  if (ids && gone.empty()) throw Refusal{400, "Bad request: Empty update request"};
  if (!ids) {
    for (const auto& [id, point] : collection.points()) {
      if (collection.passes(id, point, filter)) gone.push_back(id);
    }
  }
  collection.remove(gone);
  return written(request, collection);
}

Value Database::count(const std::string& name, const Value& body) {
  const PointFilter filter(body.find("filter"));
  const StoredCollection& collection = at(name);
  std::uint64_t number = 0;
  for (const auto& [id, point] : collection.points()) number += collection.passes(id, point, filter) ? 1U : 0U;
  Value result;
  result.set("count", Value(number));
  return result;
}

Value Database::retrieve(const std::string& name, const Value& body) {
  const Value* ids = body.find("ids");
  if (!ids || !ids->asArray()) throw badJson("missing field `ids` at line 1 column 2");
  std::vector<PointId> asked;
  for (const Value& id : *ids->asArray()) asked.push_back(readId(id));
  const StoredCollection& collection = at(name);
  std::set<PointId> seen;
  Value::Array list;
  for (const PointId& id : asked) {
    const auto* point = collection.find(id);
    // Without payload unless asked for, whatever its documentation says.
    if (point && seen.insert(id).second) list.push_back(writePoint(id, *point, body.find("with_payload"), body.find("with_vector")));
  }
  return Value(std::move(list));
}

Value Database::scroll(const std::string& name, const Value& body) {
  const std::size_t limit = readLimit(body, "scroll_request.limit");
  const PointFilter filter(body.find("filter"));
  const Value* offset = body.find("offset");
  const StoredCollection& collection = at(name);
  auto at = offset && !offset->isNull() ? collection.points().lower_bound(readId(*offset)) : collection.points().begin();
  const Value all(true);
  const Value* payload = body.find("with_payload");
  Value::Array list;
  Value next;
  for (; at != collection.points().end(); ++at) {
    if (!collection.passes(at->first, at->second, filter)) continue;
    if (list.size() == limit) {
      next = writeId(at->first);
      break;
    }
    list.push_back(writePoint(at->first, at->second, payload ? payload : &all, body.find("with_vector")));
  }
  Value result;
  result.set("points", Value(std::move(list)));
  result.set("next_page_offset", std::move(next));
  return result;
}

Value Database::query(const std::string& name, const Value& body) {
  const Search search(body);
  return search.run(at(name));
}

Value Database::queryBatch(const std::string& name, const Value& body) {
  const Value* searches = body.find("searches");
  if (!searches || !searches->asArray()) throw badJson("missing field `searches` at line 1 column 2");
  std::vector<Search> all;
  for (const Value& one : *searches->asArray()) all.emplace_back(one);
  const StoredCollection& collection = at(name);
  Value::Array results;
  for (const Search& search : all) results.push_back(search.run(collection));
  return Value(std::move(results));
}

}  // namespace learnd::fakes::qdrant
