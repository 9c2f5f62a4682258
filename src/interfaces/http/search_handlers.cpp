#include "core/learning_size.hpp"
#include "interfaces/codec/answer_codec.hpp"
#include "interfaces/codec/request_codec.hpp"
#include "interfaces/http/handlers.hpp"
#include "interfaces/http/long_answer.hpp"
#include "services/services.hpp"

namespace learnd::interfaces::http {

ports::Task<Response> search(services::Services& services, Request request) {
  auto body = json::parse(request.body);
  if (!body) co_return body.error();
  auto decoded = decodeSearch(*body);
  if (!decoded) co_return decoded.error();
  auto answer = co_await services.search.search(std::move(*decoded));
  if (!answer) co_return answer.error();
  std::size_t size = 0;
  for (const auto& hit : answer->results) size += core::approximateSize(hit.learning);
  co_return co_await encodeAnswer(services.context.pool, std::move(*answer), encodeSearchAnswer, size);
}

core::Result<Response> score(services::Services& services, const Request& request) {
  auto body = json::parse(request.body);
  if (!body) return body.error();
  auto decoded = decodeScore(*body);
  if (!decoded) return decoded.error();
  auto scored = services::score(*decoded, services.context.rules);
  if (!scored) return scored.error();
  return jsonResponse(200, encodeScore(*scored));
}

}  // namespace learnd::interfaces::http
