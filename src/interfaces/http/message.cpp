#include "interfaces/http/message.hpp"

#include "interfaces/codec/answer_codec.hpp"

namespace learnd::interfaces::http {

Response jsonResponse(int status, const json::Value& value) {
  Response response;
  response.status = status;
  json::write(value, response.body);
  return response;
}

Response problemOf(const core::Error& error, int status) {
  if (status == 0) {
    // A request that is no JSON has no field at fault: it is malformed as a whole.
    const bool malformed = error.kind() == core::ErrorKind::InvalidInput && error.field().empty();
    status = malformed ? 400 : httpStatusOf(error.kind());
  }
  Response response = jsonResponse(status, encodeProblem(error, status));
  response.contentType = "application/problem+json";
  return response;
}

}  // namespace learnd::interfaces::http
