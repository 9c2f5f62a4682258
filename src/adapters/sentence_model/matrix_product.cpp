#include "adapters/sentence_model/matrix_product.hpp"

#include <dlfcn.h>
#include <dnnl.hpp>

#include <array>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#ifdef LEARND_LEAKS_ARE_CHECKED
// oneDNN 2.6 loses what it has made so far where it can't make a product.
extern "C" const char* __lsan_default_suppressions() { return "leak:libdnnl\n"; }
#endif

namespace learnd::sentence_model {

namespace {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

/// The weights' form is chosen for this many rows and serves all.
constexpr memory::dim kTypicalRows = 16;

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
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

memory::desc rowsOf(memory::dim rows, memory::dim columns, Type type) { return {{rows, columns}, type, Tag::ab}; }

std::runtime_error failure(const dnnl::error& error) { return std::runtime_error(std::string("oneDNN: ") + error.what()); }

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

void useOneThreadACall() {
  // Whichever OpenMP runtime oneDNN came with, if any: linking one of our own could be another one.
  using SetThreads = void (*)(int);
  static const auto setThreads = reinterpret_cast<SetThreads>(::dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  if (setThreads != nullptr) setThreads(1);
}

class PackedWeights::State {
 public:
  explicit State(memory weights) : weights(std::move(weights)) {}
  memory weights;
};

class BoundProduct::State {
 public:
  State(dnnl::matmul product, memory x, memory y, memory scratch)
      : product_(std::move(product)), x_(std::move(x)), y_(std::move(y)), scratch_(std::move(scratch)) {}

  void run(const memory& weights) {
    // The C interface, which unlike the other one makes no map of the arguments.
    const std::array<dnnl_exec_arg_t, 4> arguments{
        {{DNNL_ARG_SRC, x_.get()}, {DNNL_ARG_WEIGHTS, weights.get()}, {DNNL_ARG_DST, y_.get()}, {DNNL_ARG_SCRATCHPAD, scratch_.get()}}};
    const auto status = dnnl_primitive_execute(product_.get(), stream_.get(), static_cast<int>(arguments.size()), arguments.data());
    if (status != dnnl_success) throw std::runtime_error("oneDNN: could not run a product (" + std::to_string(status) + ")");
    stream_.wait();
  }

 private:
  dnnl::matmul product_;
  memory x_;
  memory y_;
  memory scratch_;
  dnnl::stream stream_{engine()};
};

class MatrixProduct::State {
 public:
  State(Precision precision, std::size_t inputs, std::size_t outputs)
      : inputType_(precision == Precision::Int8 ? Type::u8 : Type::f32),
        weightsType_(precision == Precision::Int8 ? Type::s8 : Type::f32),
        outputType_(precision == Precision::Int8 ? Type::s32 : Type::f32),
        inputs_(static_cast<memory::dim>(inputs)),
        outputs_(static_cast<memory::dim>(outputs)) {
    try {
      const auto description =
          describe(rowsOf(kTypicalRows, inputs_, inputType_), memory::desc({inputs_, outputs_}, weightsType_, Tag::any),
                   rowsOf(kTypicalRows, outputs_, outputType_));
      weights_ = description.weights_desc();
    } catch (const dnnl::error& error) {
      throw failure(error);
    }
    made(kTypicalRows);
  }

  [[nodiscard]] PackedWeights pack(const void* weights, Type type) const {
    if (type != weightsType_) throw std::logic_error("weights of another precision");
    try {
      dnnl::stream stream(engine());
      // Read only, though oneDNN's memory has no such notion.
      memory source(memory::desc({inputs_, outputs_}, type, Tag::ba), engine(), const_cast<void*>(weights));
      memory packed(weights_, engine());
      dnnl::reorder(source, packed).execute(stream, source, packed);
      stream.wait();
      return PackedWeights(std::make_unique<PackedWeights::State>(std::move(packed)));
    } catch (const dnnl::error& error) {
      throw failure(error);
    }
  }

  struct Made {
    dnnl::matmul product;
    memory::desc scratch;
  };

  const Made& made(std::size_t rows) {
    const std::lock_guard lock(mutex_);
    const auto place = made_.find(rows);
    if (place != made_.end()) return place->second;
    try {
      const auto count = static_cast<memory::dim>(rows);
      const auto description = describe(rowsOf(count, inputs_, inputType_), weights_, rowsOf(count, outputs_, outputType_));
      return made_.emplace(rows, Made{dnnl::matmul(description), description.scratchpad_desc()}).first->second;
    } catch (const dnnl::error& error) {
      throw failure(error);
    }
  }

  BoundProduct bind(std::size_t rows, const void* x, void* y, Scratch& scratch) {
    const Made& product = made(rows);
    const auto count = static_cast<memory::dim>(rows);
    try {
      return BoundProduct(std::make_unique<BoundProduct::State>(
          product.product, memory(rowsOf(count, inputs_, inputType_), engine(), const_cast<void*>(x)),
          memory(rowsOf(count, outputs_, outputType_), engine(), y), memory(product.scratch, engine(), scratch.data())));
    } catch (const dnnl::error& error) {
      throw failure(error);
    }
  }

 private:
  Type inputType_;
  Type weightsType_;
  Type outputType_;
  memory::dim inputs_;
  memory::dim outputs_;
  memory::desc weights_;
  std::mutex mutex_;
  std::unordered_map<std::size_t, Made> made_;  // references stay good
};

PackedWeights::PackedWeights(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackedWeights::~PackedWeights() = default;
PackedWeights::PackedWeights(PackedWeights&&) noexcept = default;
PackedWeights& PackedWeights::operator=(PackedWeights&&) noexcept = default;

BoundProduct::BoundProduct(std::unique_ptr<State> state) : state_(std::move(state)) {}
BoundProduct::~BoundProduct() = default;
BoundProduct::BoundProduct(BoundProduct&&) noexcept = default;
BoundProduct& BoundProduct::operator=(BoundProduct&&) noexcept = default;

void BoundProduct::run(const PackedWeights& weights) const { state_->run(weights.state().weights); }

MatrixProduct::MatrixProduct(Precision precision, std::size_t inputs, std::size_t outputs)
    : state_(std::make_unique<State>(precision, inputs, outputs)) {}
MatrixProduct::~MatrixProduct() = default;
MatrixProduct::MatrixProduct(MatrixProduct&&) noexcept = default;
MatrixProduct& MatrixProduct::operator=(MatrixProduct&&) noexcept = default;

PackedWeights MatrixProduct::pack(const float* weights) const { return state_->pack(weights, Type::f32); }
PackedWeights MatrixProduct::pack(const std::int8_t* weights) const { return state_->pack(weights, Type::s8); }
std::size_t MatrixProduct::scratchBytes(std::size_t rows) const { return state_->made(rows).scratch.get_size(); }

BoundProduct MatrixProduct::bind(std::size_t rows, const void* x, void* y, Scratch& scratch) const {
  return state_->bind(rows, x, y, scratch);
}

std::size_t MatrixProduct::paddedRows(std::size_t rows) {
  // Fine steps where a search's question is, coarser ones for batches.
  std::size_t step = 4;
  if (rows > 32) step = 8;
  if (rows > 64) step = 16;
  if (rows > 128) step = 32;
  if (rows > 256) step = 64;
  return (rows + step - 1) / step * step;
}

}  // namespace learnd::sentence_model
