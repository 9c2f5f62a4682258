// Whatever a model's folder holds, it is refused as an invalid input or gives vectors of unit length: a small model that is right, of which
// the input says what is changed, in its files' texts, the tensors' header and the numbers.
// Run: scripts/build fuzz && build/fuzz/bin/sentence_model_fuzz -len_control=0 -max_total_time=600
#include "adapters/sentence_model/sentence_model_embedder.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sentence_model/random_model.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

namespace {

using namespace learnd;
using namespace learnd::sentence_model;

constexpr std::array<const char*, 5> kTexts{"config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
                                            "tokenizer.json"};
constexpr const char* kTensors = "model.safetensors";

void require(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << what << '\n';
  std::abort();
}

EncoderShape smallShape() {
  EncoderShape shape;
  shape.hidden = 6;
  shape.intermediate = 5;
  shape.heads = 2;
  shape.layers = 1;
  shape.vocabulary = 70;
  shape.positions = 9;
  shape.types = 2;
  shape.epsilon = 1e-5F;
  shape.window = 8;
  return shape;
}

/// A folder's files, the tensors' in the parts that it has.
struct Files {
  std::array<std::string, kTexts.size()> texts;
  std::string header;
  std::string numbers;
};

/// The folder that is right, on the disk and in memory.
class Model {
 public:
  explicit Model(NumberFormat format) {
    RandomModel(smallShape(), 1).write(folder_.path(), format);
    for (std::size_t i = 0; i < kTexts.size(); ++i) files_.texts[i] = readFile(folder_.path() / kTexts[i]);
    const std::string tensors = readFile(folder_.path() / kTensors);
    std::uint64_t length = 0;
    std::memcpy(&length, tensors.data(), sizeof length);
    files_.header = tensors.substr(sizeof length, length);
    files_.numbers = tensors.substr(sizeof length + length);
    written_ = files_;
  }

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] const Files& files() const { return files_; }

  /// Writes what differs from what was written last. The header's length is told wrongly by `lie`.
  void write(const Files& files, std::int64_t lie) {
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
      if (files.texts[i] == written_.texts[i]) continue;
      writeFile(path() / kTexts[i], files.texts[i]);
    }
    written_ = files;
    std::string tensors = safetensorsOf(files.header, files.numbers);
    const std::uint64_t length = files.header.size() + static_cast<std::uint64_t>(lie);
    std::memcpy(tensors.data(), &length, sizeof length);
    writeFile(path() / kTensors, tensors);
  }

 private:
  TemporaryFolder folder_;
  Files files_;
  Files written_;
};

void change(std::string& bytes, FuzzedDataProvider& input) {
  const std::size_t place = input.ConsumeIntegralInRange<std::size_t>(0, bytes.size());
  switch (input.ConsumeIntegralInRange<int>(0, 4)) {
    case 0: {
      const std::string piece = input.ConsumeRandomLengthString(32);
      bytes.replace(place, std::min(piece.size(), bytes.size() - place), piece);
      break;
    }
    case 1:
      bytes.insert(place, input.ConsumeRandomLengthString(64));
      break;
    case 2:
      bytes.erase(place, input.ConsumeIntegralInRange<std::size_t>(0, 64));
      break;
    case 3: {
      // Another number in the place of the next one.
      const std::size_t begin = std::min(bytes.find_first_of("0123456789", place), bytes.size());
      const std::size_t end = std::min(bytes.find_first_not_of("0123456789", begin), bytes.size());
      bytes.replace(begin, end - begin, std::to_string(input.ConsumeIntegral<std::int64_t>()));
      break;
    }
    default:
      bytes.resize(place);
  }
}

/// The files as the input says. At least one part is changed.
Files changed(Files files, std::int64_t& lie, FuzzedDataProvider& input) {
  for (int changes = input.ConsumeIntegralInRange<int>(1, 4); changes > 0; --changes) {
    const auto part = input.ConsumeIntegralInRange<std::size_t>(0, kTexts.size() + 2);
    if (part < kTexts.size()) {
      change(files.texts[part], input);
    } else if (part == kTexts.size()) {
      change(files.header, input);
    } else if (part == kTexts.size() + 1) {
      change(files.numbers, input);
    } else {
      lie = input.ConsumeIntegral<std::int64_t>();
    }
  }
  return files;
}

/// Every tensor that the header tells of can be read, or is refused: its numbers lie within the file.
void readTensors(const Safetensors& file, const std::string& header) {
  const auto members = json::parse(header);
  if (!members || members->asObject() == nullptr) return;
  for (const auto& [name, description] : *members->asObject()) {
    const json::Value* sizes = description.find("shape");
    if (sizes == nullptr || sizes->asArray() == nullptr) continue;
    std::vector<std::uint64_t> shape;
    for (const json::Value& size : *sizes->asArray()) {
      if (size.asInteger() != nullptr) shape.push_back(static_cast<std::uint64_t>(*size.asInteger()));
    }
    const auto tensor = file.find(name, shape);
    if (!tensor) continue;
    const auto numbers = file.readAll(*tensor);
    require(!numbers || numbers->size() == tensor->count, "a tensor of another size: " + name);
  }
}

/// The parts that read files, each alone, which is much faster than a whole model.
bool canBeRead(const std::filesystem::path& folder, const std::string& header) {
  const auto shape = readModelFolder(folder);
  const auto tokenizer = WordPiece::open(folder / "tokenizer.json");
  const auto tensors = Safetensors::open(folder / kTensors);
  if (tensors) readTensors(*tensors, header);
  if (tokenizer) require(tokenizer->tokenize("the disk full.", 8).ids.size() <= 8, "more tokens than the window");
  return shape && tokenizer && tensors;
}

void embedWith(const EmbedderOptions& options, bool readable, std::string text) {
  SentenceModelEmbedder embedder(options);
  if (!embedder.problem().empty()) {
    require(embedder.problemKind() == core::ErrorKind::InvalidInput, embedder.problem());
    return;
  }
  require(readable, "a model whose parts can't be read is loaded");
  std::vector<std::string> texts{"the disk full.", std::move(text)};
  const auto vectors = fakes::runTask(embedder.embed(std::move(texts), ports::Priority::Background));
  if (!vectors) {
    // Finite weights whose products are not.
    require(vectors.error().kind() == core::ErrorKind::Unavailable, vectors.error().message());
    return;
  }
  for (const ports::Embedding& one : *vectors) {
    float squares = 0;
    for (const float number : one.vector) squares += number * number;
    require(std::fabs(squares - 1.0F) < 1e-2F, "a vector that is not of unit length");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Model floats(NumberFormat::Float32);
  static Model halves(NumberFormat::Float16);
  FuzzedDataProvider input(data, size);
  Model& model = input.ConsumeBool() ? floats : halves;
  EmbedderOptions options;
  options.folder = model.path();
  options.model = "changed";
  options.threads = 1;
  options.precision = input.ConsumeBool() ? Precision::Float : bestPrecision();
  const bool whole = input.ConsumeIntegralInRange<int>(0, 63) == 63;
  std::int64_t lie = 0;
  const Files files = changed(model.files(), lie, input);
  model.write(files, lie);
  const bool readable = canBeRead(model.path(), files.header);
  if (whole) embedWith(options, readable, input.ConsumeRemainingBytesAsString());
  return 0;
}
