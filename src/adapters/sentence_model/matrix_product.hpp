#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace learnd::sentence_model {

enum class Precision : unsigned char {
  Float,  // 32-bit floats
  Int8    // u8 inputs by s8 weights into s32: only where the processor has instructions for it (VNNI, AMX)
};

/// The better one of what this processor has. That a product can be made says nothing of its speed.
Precision bestPrecision();
/// The instructions that oneDNN uses here, for people ("avx512_core_vnni").
const char* instructionSet();

/// Memory for one thread's products.
class Scratch {
 public:
  std::byte* atLeast(std::size_t size);

 private:
  std::vector<std::byte> bytes_;
};

/// y = x W for one weight matrix of `inputs` x `outputs`, by oneDNN, the only place that knows it. The weights are kept in the form that
/// the processor likes best. Row counts are rounded up to a few sizes, since each needs machine code of its own, made once. Any thread;
/// each brings its own Scratch, and buffers with room for paddedRows(rows) rows.
/// Throws std::runtime_error where the machine code can't be made (MemoryDenyWriteExecute).
class MatrixProduct {
 public:
  /// `weights` as the file has them: outputs x inputs, row-major.
  MatrixProduct(std::span<const float> weights, std::size_t inputs, std::size_t outputs);
  MatrixProduct(std::span<const std::int8_t> weights, std::size_t inputs, std::size_t outputs);
  ~MatrixProduct();
  MatrixProduct(MatrixProduct&&) noexcept;
  MatrixProduct& operator=(MatrixProduct&&) = delete;

  void multiply(const float* x, std::size_t rows, float* y, Scratch& scratch) const;
  void multiply(const std::uint8_t* x, std::size_t rows, std::int32_t* y, Scratch& scratch) const;

  /// Makes the machine code for this many rows ahead of its first use.
  void prepare(std::size_t rows) const;

  static std::size_t paddedRows(std::size_t rows);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace learnd::sentence_model
