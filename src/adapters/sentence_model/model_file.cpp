#include "adapters/sentence_model/model_file.hpp"

#include <fstream>
#include <iterator>

namespace learnd::sentence_model {

core::Result<json::Value> readJson(const std::filesystem::path& file) {
  constexpr std::uintmax_t kMost = 256U * 1024 * 1024;
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  std::ifstream input(file, std::ios::binary);
  if (failed || !input) return core::Error(core::ErrorKind::InvalidInput, file.string() + ": can't be read");
  if (size > kMost) return core::Error(core::ErrorKind::InvalidInput, file.string() + ": is too large for a model's file");
  const std::string text(std::istreambuf_iterator<char>(input), {});
  auto value = json::parse(text);
  if (!value) return core::Error(core::ErrorKind::InvalidInput, file.string() + ": is no JSON: " + value.error().message());
  return value;
}

core::Error unlike(const std::string& file, const std::string& field, const std::string& wanted) {
  return core::Error(core::ErrorKind::InvalidInput, file + ": " + field + " is not " + wanted + ", which is all that the builtin embedder runs");
}

}  // namespace learnd::sentence_model
