#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace learnd::data {

/// Questions of learnd's domain, no two about the same thing: the cosines of their pairs fix an embedder's scale.
const std::vector<std::string_view>& probeQuestions();

/// Names this set of questions; another set gives another scale.
const std::string& probeSetVersion();

}  // namespace learnd::data
