#include "adapters/sentence_model/matrix_product.hpp"

#include <dnnl.hpp>

#include <array>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace learnd::sentence_model {

namespace {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  static thread_local dnnl::stream own(engine());
  return own;
}

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attributes;
  // A product runs on several threads at once, each with its own room to work in.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

dnnl::matmul::primitive_desc describe(const memory::desc& x, const memory::desc& weights, const memory::desc& y) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), x, weights, y, attributes()};
#else
  return {dnnl::matmul::desc(x, weights, y), attributes(), engine()};
#endif
}

#if defined(__x86_64__)
constexpr std::array<std::pair<dnnl::cpu_isa, const char*>, 8> kInstructionSets{{{dnnl::cpu_isa::sse41, "sse41"},
                                                                                 {dnnl::cpu_isa::avx, "avx"},
                                                                                 {dnnl::cpu_isa::avx2, "avx2"},
                                                                                 {dnnl::cpu_isa::avx2_vnni, "avx2_vnni"},
                                                                                 {dnnl::cpu_isa::avx512_core, "avx512_core"},
                                                                                 {dnnl::cpu_isa::avx512_core_vnni, "avx512_core_vnni"},
                                                                                 {dnnl::cpu_isa::avx512_core_bf16, "avx512_core_bf16"},
                                                                                 {dnnl::cpu_isa::avx512_core_amx, "avx512_core_amx"}}};
#endif

}  // namespace

Precision bestPrecision() {
#if defined(__x86_64__)
  // Without VNNI oneDNN's products of bytes are slower than its floats, and their sums may overflow.
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
    case dnnl::cpu_isa::avx:
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx512_core:
      return Precision::Float;
    default:
      return Precision::Int8;
  }
#else
  return Precision::Float;
#endif
}

const char* instructionSet() {
#if defined(__x86_64__)
  const auto isa = dnnl::get_effective_cpu_isa();
  for (const auto& [known, name] : kInstructionSets) {
    if (known == isa) return name;
  }
  return "newer than avx512_core_amx";
#else
  return "this processor's own";
#endif
}

std::byte* Scratch::atLeast(std::size_t size) {
  if (bytes_.size() < size) bytes_.resize(size);
  return bytes_.data();
}

class MatrixProduct::State {
 public:
  State(const void* weights, Type weightsType, Type inputType, Type outputType, std::size_t inputs, std::size_t outputs)
      : inputType_(inputType),
        outputType_(outputType),
        inputs_(static_cast<memory::dim>(inputs)),
        outputs_(static_cast<memory::dim>(outputs)) {
    try {
      const memory::dims shape{inputs_, outputs_};
      const memory::desc given(shape, weightsType, Tag::ba);
      const auto description = describe(rowsOf(kTypicalRows, inputs_, inputType_), memory::desc(shape, weightsType, Tag::any),
                                        rowsOf(kTypicalRows, outputs_, outputType_));
      weights_ = memory(description.weights_desc(), engine());
      // Read only, though oneDNN's memory has no such notion.
      memory source(given, engine(), const_cast<void*>(weights));
      dnnl::reorder(source, weights_).execute(stream(), source, weights_);
      stream().wait();
    } catch (const dnnl::error& error) {
      throw std::runtime_error(std::string("oneDNN: ") + error.what());
    }
  }

  void run(const void* x, std::size_t rows, void* y, Scratch& scratch) {
    const auto padded = static_cast<memory::dim>(paddedRows(rows));
    const Made& made = of(padded);
    memory source(rowsOf(padded, inputs_, inputType_), engine(), const_cast<void*>(x));
    memory target(rowsOf(padded, outputs_, outputType_), engine(), y);
    memory room(made.scratch, engine(), scratch.atLeast(made.scratch.get_size()));
    made.product.execute(stream(),
                         {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, weights_}, {DNNL_ARG_DST, target}, {DNNL_ARG_SCRATCHPAD, room}});
    stream().wait();
  }

  void prepare(std::size_t rows) { of(static_cast<memory::dim>(paddedRows(rows))); }

 private:
  struct Made {
    dnnl::matmul product;
    memory::desc scratch;
  };

  /// The weights' form is chosen for this many rows and serves all.
  static constexpr memory::dim kTypicalRows = 16;

  static memory::desc rowsOf(memory::dim rows, memory::dim columns, Type type) { return {{rows, columns}, type, Tag::ab}; }

  const Made& of(memory::dim rows) {
    const std::lock_guard lock(mutex_);
    const auto place = made_.find(rows);
    if (place != made_.end()) return place->second;
    try {
      const auto description = describe(rowsOf(rows, inputs_, inputType_), weights_.get_desc(), rowsOf(rows, outputs_, outputType_));
      return made_.emplace(rows, Made{dnnl::matmul(description), description.scratchpad_desc()}).first->second;
    } catch (const dnnl::error& error) {
      throw std::runtime_error(std::string("oneDNN: ") + error.what());
    }
  }

  Type inputType_;
  Type outputType_;
  memory::dim inputs_;
  memory::dim outputs_;
  memory weights_;
  std::mutex mutex_;
  std::unordered_map<memory::dim, Made> made_;  // references stay good
};

MatrixProduct::MatrixProduct(std::span<const float> weights, std::size_t inputs, std::size_t outputs)
    : state_(std::make_unique<State>(weights.data(), Type::f32, Type::f32, Type::f32, inputs, outputs)) {}

MatrixProduct::MatrixProduct(std::span<const std::int8_t> weights, std::size_t inputs, std::size_t outputs)
    : state_(std::make_unique<State>(weights.data(), Type::s8, Type::u8, Type::s32, inputs, outputs)) {}

MatrixProduct::~MatrixProduct() = default;
MatrixProduct::MatrixProduct(MatrixProduct&&) noexcept = default;

void MatrixProduct::multiply(const float* x, std::size_t rows, float* y, Scratch& scratch) const { state_->run(x, rows, y, scratch); }
void MatrixProduct::multiply(const std::uint8_t* x, std::size_t rows, std::int32_t* y, Scratch& scratch) const {
  state_->run(x, rows, y, scratch);
}
void MatrixProduct::prepare(std::size_t rows) const { state_->prepare(rows); }

std::size_t MatrixProduct::paddedRows(std::size_t rows) {
  // Fine steps where a search's question is, coarser ones for batches.
  std::size_t step = 8;
  if (rows > 64) step = 16;
  if (rows > 128) step = 32;
  if (rows > 256) step = 64;
  if (rows > 512) step = 256;
  return (rows + step - 1) / step * step;
}

}  // namespace learnd::sentence_model
