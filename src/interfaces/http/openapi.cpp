#include "interfaces/http/openapi.hpp"

#include "interfaces/http/openapi.inc"

namespace learnd::interfaces::http {

const std::string& openApiText() {
  static const std::string text(kOpenApi);
  return text;
}

}  // namespace learnd::interfaces::http
