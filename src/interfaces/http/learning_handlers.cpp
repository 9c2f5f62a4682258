#include "core/learning_size.hpp"
#include "interfaces/codec/answer_codec.hpp"
#include "interfaces/codec/request_codec.hpp"
#include "interfaces/http/handlers.hpp"
#include "interfaces/http/long_answer.hpp"
#include "json/learning_codec.hpp"
#include "services/services.hpp"

namespace learnd::interfaces::http {

namespace {

Response learningResponse(const core::Learning& learning) {
  Response response;
  response.body = json::writeLearning(learning, json::IndexedMember::Include);
  return response;
}

ports::Task<Response> store(services::Services& services, core::Kind kind, Request request) {
  auto body = json::parse(request.body);
  if (!body) co_return body.error();
  auto decoded = decodeStore(kind, *body);
  if (!decoded) co_return decoded.error();
  auto answer = co_await services.store.store(std::move(*decoded), std::move(request.caller));
  if (!answer) co_return answer.error();
  co_return jsonResponse(answer->created ? 201 : 200, encodeStoreAnswer(*answer));
}

}  // namespace

ports::Task<Response> storeSolution(services::Services& services, Request request) {
  return store(services, core::Kind::Solution, std::move(request));
}

ports::Task<Response> storeFailure(services::Services& services, Request request) {
  return store(services, core::Kind::Failure, std::move(request));
}

ports::Task<Response> storePattern(services::Services& services, Request request) {
  return store(services, core::Kind::Pattern, std::move(request));
}

ports::Task<Response> storeInteraction(services::Services& services, Request request) {
  return store(services, core::Kind::Interaction, std::move(request));
}

ports::Task<Response> listLearnings(services::Services& services, Request request) {
  auto decoded = decodeList(request.parameters);
  if (!decoded) co_return decoded.error();
  auto answer = co_await services.learnings.list(std::move(*decoded));
  if (!answer) co_return answer.error();
  std::size_t size = 0;
  for (const auto& learning : answer->learnings) size += core::approximateSize(learning);
  co_return co_await encodeAnswer(services.context.pool, std::move(*answer), encodeListAnswer, size);
}

ports::Task<Response> getLearning(services::Services& services, Request request) {
  auto id = decodeId(request.id);
  if (!id) co_return id.error();
  auto learning = co_await services.learnings.load(*id);
  if (!learning) co_return learning.error();
  co_return learningResponse(*learning);
}

ports::Task<Response> patchLearning(services::Services& services, Request request) {
  auto id = decodeId(request.id);
  if (!id) co_return id.error();
  auto body = json::parse(request.body);
  if (!body) co_return body.error();
  auto decoded = decodePatch(*body);
  if (!decoded) co_return decoded.error();
  auto learning = co_await services.learnings.patch(*id, std::move(*decoded), std::move(request.caller));
  if (!learning) co_return learning.error();
  co_return learningResponse(*learning);
}

ports::Task<Response> deleteLearning(services::Services& services, Request request) {
  auto id = decodeId(request.id);
  if (!id) co_return id.error();
  auto erased = co_await services.learnings.erase(*id, std::move(request.caller));
  if (!erased) co_return erased.error();
  Response response;
  response.status = 204;
  co_return response;
}

ports::Task<Response> giveFeedback(services::Services& services, Request request) {
  auto body = json::parse(request.body);
  if (!body) co_return body.error();
  auto decoded = decodeFeedback(*body);
  if (!decoded) co_return decoded.error();
  auto learning = co_await services.learnings.feedback(std::move(*decoded), std::move(request.caller));
  if (!learning) co_return learning.error();
  co_return learningResponse(*learning);
}

}  // namespace learnd::interfaces::http
