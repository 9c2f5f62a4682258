#pragma once

#include "interfaces/http/connection.hpp"

#include <optional>

namespace learnd::interfaces::http {

/// What is wrong with a request's head whatever it asks for: a coding or an expectation that we do not know; over TCP also a page in a
/// browser that asks for somebody's learnings (an Origin, a Host that is not this machine's own loopback name, or a body of a type that
/// forms send).
std::optional<Response> judgeHead(const RequestReader::Head& head, Transport transport);

}  // namespace learnd::interfaces::http
