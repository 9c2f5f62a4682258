#pragma once

#include "adapters/sentence_model/model_file.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace learnd::sentence_model {

enum class NumberFormat : unsigned char { Float32, Float16, BFloat16, Other };

/// Where a tensor's numbers lie.
struct Tensor {
  std::string name;
  NumberFormat format = NumberFormat::Other;
  std::string formatName;  // as the file has it
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;  // in bytes, from the file's beginning
  std::uint64_t count = 0;  // of numbers
};

/// What a safetensors header says: https://huggingface.co/docs/safetensors (a JSON object: name -> dtype, shape, data_offsets).
class TensorTable {
 public:
  /// `header` is the JSON, `dataBegin` where the numbers begin, `fileBytes` the file's size. Refused unless every tensor has the bytes that
  /// its shape asks for and the tensors fill the file without a gap or an overlap. Messages name the tensor.
  [[nodiscard]] static core::Result<TensorTable> parse(std::string_view header, std::uint64_t dataBegin, std::uint64_t fileBytes);

  [[nodiscard]] const Tensor* find(const std::string& name) const;
  [[nodiscard]] std::size_t size() const { return tensors_.size(); }

 private:
  std::unordered_map<std::string, Tensor> tensors_;
};

/// A model.safetensors. Any thread, once open.
class Safetensors {
 public:
  /// Reads and checks the header alone.
  [[nodiscard]] static core::Result<Safetensors> open(const std::filesystem::path& path);

  [[nodiscard]] bool contains(const std::string& name) const { return table_.find(name) != nullptr; }

  /// The tensor of that name and shape, of numbers that read() can read; InvalidInput where there is none.
  [[nodiscard]] core::Result<Tensor> find(const std::string& name, const std::vector<std::uint64_t>& shape) const;

  /// Numbers `first` to `first + numbers.size()` of a tensor of this file, as 32-bit floats.
  [[nodiscard]] core::Result<void> read(const Tensor& tensor, std::uint64_t first, std::span<float> numbers) const;

  /// All of its numbers. One that is infinite or none at all (NaN) is an InvalidInput.
  [[nodiscard]] core::Result<std::vector<float>> readAll(const Tensor& tensor) const;

 private:
  [[nodiscard]] core::Error error(const std::string& tensor, const std::string& text) const;
  Safetensors(ModelFile file, TensorTable table) : file_(std::move(file)), table_(std::move(table)) {}

  ModelFile file_;
  TensorTable table_;
};

/// IEEE 754 binary16.
float widenFloat16(std::uint16_t bits);
/// The upper half of a binary32.
float widenBFloat16(std::uint16_t bits);

}  // namespace learnd::sentence_model
