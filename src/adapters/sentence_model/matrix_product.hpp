#pragma once

#include "adapters/sentence_model/aligned_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace learnd::sentence_model {

enum class Precision : unsigned char {
  Float,  // 32-bit floats
  Int8    // u8 inputs by s8 weights into s32: only where the processor has instructions for it (VNNI, AMX)
};

/// The better one of what this processor has. That a product can be made says nothing of its speed.
Precision bestPrecision();
/// The instructions that oneDNN uses here, for people ("avx512_core_vnni").
const char* instructionSet();

/// oneDNN's own threads would fight ours: the calling thread's products stay on it.
void useOneThreadACall();

/// Memory for one thread's products, which must not move while calls are bound to it.
using Scratch = AlignedBuffer<std::byte>;

/// One weight matrix in the form that the processor likes best.
class PackedWeights {
 public:
  class State;
  explicit PackedWeights(std::unique_ptr<State> state);
  ~PackedWeights();
  PackedWeights(PackedWeights&&) noexcept;
  PackedWeights& operator=(PackedWeights&&) noexcept;

  [[nodiscard]] const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// A product with the buffers that it reads and writes, so that a run costs nothing but itself. For one thread; goes before its product.
class BoundProduct {
 public:
  class State;
  explicit BoundProduct(std::unique_ptr<State> state);
  ~BoundProduct();
  BoundProduct(BoundProduct&&) noexcept;
  BoundProduct& operator=(BoundProduct&&) noexcept;

  /// `weights` are packed by the product that this was bound by. Throws std::runtime_error where the library fails.
  void run(const PackedWeights& weights) const;

 private:
  std::unique_ptr<State> state_;
};

/// y = x W for weights of `inputs` x `outputs`, by oneDNN, which this class alone knows. Row counts are rounded up to a few sizes, since
/// each needs machine code of its own, made once. Any thread. Throws std::runtime_error where the machine code can't be made
/// (MemoryDenyWriteExecute).
class MatrixProduct {
 public:
  MatrixProduct(Precision precision, std::size_t inputs, std::size_t outputs);
  ~MatrixProduct();
  MatrixProduct(MatrixProduct&&) noexcept;
  MatrixProduct& operator=(MatrixProduct&&) noexcept;

  /// `weights` as model files have them: outputs x inputs, row-major; floats or (with Int8) bytes.
  [[nodiscard]] PackedWeights pack(const float* weights) const;
  [[nodiscard]] PackedWeights pack(const std::int8_t* weights) const;

  /// Bytes that a call of so many rows needs to work in.
  [[nodiscard]] std::size_t scratchBytes(std::size_t rows) const;

  /// `x` (floats, or u8) and `y` (floats, or s32) have room for so many rows, which are of paddedRows.
  [[nodiscard]] BoundProduct bind(std::size_t rows, const void* x, void* y, Scratch& scratch) const;

  static std::size_t paddedRows(std::size_t rows);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace learnd::sentence_model
