#pragma once

#include <string>
#include <string_view>

namespace learnd::ollama {

/// What a model wants before every text where questions are compared with questions: the same on both sides. Empty for a model that needs
/// nothing there, or that is not known. `model` as Ollama takes it: namespace and tag do not matter, nor does the case.
[[nodiscard]] std::string knownPrefix(std::string_view model);

}  // namespace learnd::ollama
