#pragma once

#include <string>

namespace learnd::interfaces::http {

/// The description of every call (OpenAPI 3.1), as GET /openapi.json gives it.
const std::string& openApiText();

}  // namespace learnd::interfaces::http
