#include "adapters/sentence_model/model_file.hpp"
#include "adapters/sentence_model/model_folder.hpp"
#include "core/hex.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace learnd::sentence_model {

namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;

core::Result<void> addFile(const std::filesystem::path& path, std::string_view name, std::vector<std::byte>& piece, EVP_MD_CTX* digest) {
  auto file = ModelFile::open(path);
  if (!file) return file.error();
  // The size parts one file's bytes from the next one's name.
  const std::string begin = std::string(name) + '\0' + std::to_string(file->size()) + '\0';
  EVP_DigestUpdate(digest, begin.data(), begin.size());
  for (std::uint64_t at = 0; at < file->size(); at += piece.size()) {
    const auto part = std::span(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), file->size() - at)));
    if (auto read = file->read(at, part); !read) return read.error();
    EVP_DigestUpdate(digest, part.data(), part.size());
  }
  return {};
}

}  // namespace

core::Result<std::string> digestOfModel(const std::filesystem::path& folder) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1)
    return core::Error(core::ErrorKind::Internal, "OpenSSL has no SHA-256");
  std::vector<std::byte> piece(kPieceBytes);
  for (const std::string_view name :
       {"model.safetensors", "tokenizer.json", "config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json"}) {
    if (auto added = addFile(folder / name, name, piece, digest.get()); !added) return added.error();
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_DigestFinal_ex(digest.get(), bytes.data(), &size);
  return core::hexText(std::span(bytes).first(size));
}

}  // namespace learnd::sentence_model
