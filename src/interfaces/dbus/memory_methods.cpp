#include "interfaces/codec/answer_codec.hpp"
#include "interfaces/codec/request_codec.hpp"
#include "interfaces/dbus/bus_values.hpp"
#include "interfaces/dbus/memory_object.hpp"
#include "interfaces/dbus/message_reader.hpp"
#include "interfaces/dbus/reply.hpp"
#include "json/learning_codec.hpp"

#include <utility>

namespace learnd::interfaces::dbus {

ports::Task<services::StoreAnswer> MemoryObject::keep(core::Kind kind, json::Value body, core::Caller caller) {
  auto request = decodeStore(kind, body);
  if (!request) co_return request.error();
  co_return co_await services_.store.store(std::move(*request), std::move(caller));
}

ports::Task<BusMessage> MemoryObject::storeSolution(sd_bus_message* call, core::Caller caller) {
  MessageReader reader(call);
  json::Value body;
  body.set("query", reader.text());
  body.set("solution", reader.text());
  setUnlessEmpty(body, "category", reader.text());
  body.set("metadata", reader.members("metadata"));
  if (auto read = reader.finish(); !read) co_return read.error();
  auto stored = co_await keep(core::Kind::Solution, std::move(body), std::move(caller));
  if (!stored) co_return stored.error();
  Reply reply(call);
  reply.values().text(stored->learning.id.text());
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::storeFailure(sd_bus_message* call, core::Caller caller) {
  MessageReader reader(call);
  json::Value body;
  body.set("error", reader.text());
  setUnlessEmpty(body, "attempted_solution", reader.text());
  setUnlessEmpty(body, "correct_solution", reader.text());
  setUnlessEmpty(body, "root_cause", reader.text());
  body.set("metadata", reader.members("metadata"));
  if (auto read = reader.finish(); !read) co_return read.error();
  auto stored = co_await keep(core::Kind::Failure, std::move(body), std::move(caller));
  if (!stored) co_return stored.error();
  Reply reply(call);
  reply.values().text(stored->learning.id.text());
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::logInteraction(sd_bus_message* call, core::Caller caller) {
  MessageReader reader(call);
  json::Value body;
  body.set("query", reader.text());
  body.set("response", reader.text());
  setUnlessEmpty(body, "outcome", reader.text());
  body.set("context_used", listOf(reader.texts()));
  setUnlessEmpty(body, "llm_used", reader.text());
  body.set("factors", reader.members("factors"));
  if (auto read = reader.finish(); !read) co_return read.error();
  auto stored = co_await keep(core::Kind::Interaction, std::move(body), std::move(caller));
  if (!stored) co_return stored.error();
  Reply reply(call);
  reply.values().text(stored->learning.id.text());
  reply.values().number(stored->learning.valueScore);
  reply.values().whole(stored->learning.interaction.tokensSaved);
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::store(sd_bus_message* call, core::Caller caller) {
  MessageReader reader(call);
  const auto name = reader.text();
  auto body = reader.members("");
  if (auto read = reader.finish(); !read) co_return read.error();
  const auto kind = core::parseKind(name);
  if (!kind) co_return core::Error::invalidField("kind", "it is solution, failure, interaction or pattern");
  dropEmpty(body, "category");
  auto stored = co_await keep(*kind, std::move(body), std::move(caller));
  if (!stored) co_return stored.error();
  Reply reply(call);
  reply.values().members(encodeStoreAnswer(*stored));
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::search(sd_bus_message* call, core::Caller) {
  MessageReader reader(call);
  json::Value body;
  body.set("query", reader.text());
  body.set("categories", listOf(reader.texts()));
  body.set("limit", std::int64_t{reader.whole()});
  if (const double least = reader.number(); least != 0) body.set("min_score", least);
  if (auto read = reader.finish(); !read) co_return read.error();
  auto request = decodeSearch(body);
  if (!request) co_return request.error();
  auto found = co_await services_.search.search(std::move(*request));
  if (!found) co_return found.error();
  Reply reply(call);
  writeHits(reply.values(), found->results);
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::recall(sd_bus_message* call, core::Caller) {
  MessageReader reader(call);
  auto query = reader.text();
  auto body = reader.members("");
  if (auto read = reader.finish(); !read) co_return read.error();
  if (body.find("query") != nullptr) co_return core::Error::invalidField("query", "it is the first argument, no option");
  body.set("query", std::move(query));
  auto request = decodeSearch(body);
  if (!request) co_return request.error();
  auto found = co_await services_.search.search(std::move(*request));
  if (!found) co_return found.error();
  Reply reply(call);
  reply.values().members(encodeReuse(found->reuse));
  writeHits(reply.values(), found->results);
  reply.values().boolean(found->degraded);
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::get(sd_bus_message* call, core::Caller) {
  auto id = decodeId(MessageReader(call).text());
  if (!id) co_return id.error();
  auto learning = co_await services_.learnings.load(*id);
  if (!learning) co_return learning.error();
  Reply reply(call);
  reply.values().members(json::encodeLearning(*learning, json::IndexedMember::Include));
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::list(sd_bus_message* call, core::Caller) {
  MessageReader reader(call);
  const auto filter = reader.members("");
  if (auto read = reader.finish(); !read) co_return read.error();
  auto parameters = parametersOf(filter);
  if (!parameters) co_return parameters.error();
  auto request = decodeList(*parameters);
  if (!request) co_return request.error();
  auto page = co_await services_.learnings.list(std::move(*request));
  if (!page) co_return page.error();
  Reply reply(call);
  reply.values().openArray("a{sv}");
  for (const auto& one : page->learnings) reply.values().members(json::encodeLearning(one, json::IndexedMember::Include));
  reply.values().close();
  reply.values().text(page->nextCursor);
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::update(sd_bus_message* call, core::Caller caller) {
  MessageReader reader(call);
  const auto name = reader.text();
  auto body = reader.members("");
  if (auto read = reader.finish(); !read) co_return read.error();
  auto id = decodeId(name);
  if (!id) co_return id.error();
  if (dropEmpty(body, "category")) {
    auto now = co_await services_.learnings.load(*id);
    if (!now) co_return now.error();
    body.set("category", core::defaultCategory(now->kind));
  }
  auto request = decodePatch(body);
  if (!request) co_return request.error();
  auto changed = co_await services_.learnings.patch(*id, std::move(*request), std::move(caller));
  if (!changed) co_return changed.error();
  co_return Reply(call).finish();
}

ports::Task<BusMessage> MemoryObject::erase(sd_bus_message* call, core::Caller caller) {
  auto id = decodeId(MessageReader(call).text());
  if (!id) co_return id.error();
  auto erased = co_await services_.learnings.erase(*id, std::move(caller));
  if (!erased) co_return erased.error();
  co_return Reply(call).finish();
}

ports::Task<BusMessage> MemoryObject::feedback(sd_bus_message* call, core::Caller caller) {
  MessageReader reader(call);
  json::Value body;
  body.set("id", reader.text());
  body.set("outcome", reader.text());
  setUnlessEmpty(body, "note", reader.text());
  if (auto read = reader.finish(); !read) co_return read.error();
  auto request = decodeFeedback(body);
  if (!request) co_return request.error();
  auto counted = co_await services_.learnings.feedback(std::move(*request), std::move(caller));
  if (!counted) co_return counted.error();
  co_return Reply(call).finish();
}

ports::Task<BusMessage> MemoryObject::score(sd_bus_message* call, core::Caller) {
  MessageReader reader(call);
  auto factors = reader.members("");
  if (auto read = reader.finish(); !read) co_return read.error();
  json::Value body;
  for (const char* name : {"profile", "weight_set"}) moveMember(factors, name, body);
  body.set("factors", std::move(factors));
  auto request = decodeScore(body);
  if (!request) co_return request.error();
  auto scored = services::score(*request, services_.context.rules);
  if (!scored) co_return scored.error();
  Reply reply(call);
  reply.values().number(scored->value);
  writeBreakdown(reply.values(), scored->breakdown);
  co_return reply.finish();
}

ports::Task<BusMessage> MemoryObject::quality(sd_bus_message* call, core::Caller) {
  auto report = co_await services_.quality.report();
  if (!report) co_return report.error();
  Reply reply(call);
  reply.values().members(encodeQuality(*report));
  co_return reply.finish();
}

}  // namespace learnd::interfaces::dbus
