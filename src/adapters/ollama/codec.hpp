#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::ollama {

/// What goes with every call alike: other options would make Ollama load the model anew.
struct EmbedOptions {
  std::string model;
  std::uint32_t threads = 0;  // 0: as many as Ollama takes
};

struct EmbedAnswer {
  /// In the order of the texts. One that is no vector of finite numbers is empty.
  std::vector<std::vector<float>> vectors;
  std::chrono::nanoseconds load{0};  // a few milliseconds where the model was there already
};

struct ShownModel {
  std::size_t dimensions = 0;
  std::size_t contextLength = 0;             // that the model was made for
  std::optional<std::size_t> chosenContext;  // num_ctx of its Modelfile
  bool embeds = true;                        // false: it says that it does other things only
};

/// POST /api/embed. Nothing is cut by Ollama: what is too long is refused, so that no text is clipped unseen.
[[nodiscard]] std::string encodeEmbed(const EmbedOptions& options, const std::vector<std::string>& texts);
[[nodiscard]] core::Result<EmbedAnswer> decodeEmbed(std::string_view body);

/// POST /api/show.
[[nodiscard]] std::string encodeShow(const std::string& model);
[[nodiscard]] core::Result<ShownModel> decodeShow(std::string_view body);

/// GET /api/tags: the digest of a model; NotFound where it is not among them.
[[nodiscard]] core::Result<std::string> decodeDigest(std::string_view body, std::string_view model);

/// GET /api/version.
[[nodiscard]] core::Result<std::string> decodeVersion(std::string_view body);

/// What an error says; nothing where it is none of Ollama's.
[[nodiscard]] std::optional<std::string> decodeError(std::string_view body);

}  // namespace learnd::ollama
