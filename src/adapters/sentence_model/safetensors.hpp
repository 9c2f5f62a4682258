#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace learnd::sentence_model {

enum class NumberType : unsigned char { F32, F16, BF16 };

/// A tensor of a mapped file: its bytes, little-endian, row-major, of any alignment. Valid while the file is open.
struct Tensor {
  NumberType type = NumberType::F32;
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;

  [[nodiscard]] std::size_t count() const;
  /// `count` numbers from `first` on, as 32-bit floats.
  void read(std::size_t first, std::span<float> out) const;
  [[nodiscard]] std::vector<float> readAll() const;
};

/// A file in the safetensors format (u64 length of a JSON header that gives each tensor's dtype, shape and data_offsets, then the data),
/// mapped into memory. Everything in it is checked before it is used: the file is a user's. Immutable, any thread.
class Safetensors {
 public:
  /// InvalidInput with a message that names the file and what is wrong.
  static core::Result<Safetensors> open(const std::filesystem::path& file);

  /// The tensor of that name and shape; InvalidInput where there is none.
  [[nodiscard]] core::Result<Tensor> find(const std::string& name, const std::vector<std::size_t>& shape) const;
  [[nodiscard]] bool contains(const std::string& name) const { return tensors_.contains(name); }

  /// Gives the pages that were read back to the system; they are read again where they are needed again.
  void releasePages() const;

 private:
  class Mapping;
  std::string name_;
  std::shared_ptr<const Mapping> mapping_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace learnd::sentence_model
