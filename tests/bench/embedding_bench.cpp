// The builtin embedder beside ONNX Runtime: our half of the measure (onnx_runtime_bench.py is the other). Prints one JSON object.
//   embedding_bench MODEL texts               texts of 16 tokens, their ids and vectors: the other half takes the same, and compares
//   embedding_bench MODEL one SECONDS         one text after another on one thread, from its characters to its vector
//   embedding_bench MODEL batch SECONDS N     texts in calls of 32, by an embedder of N threads as the indexer asks it
#include "adapters/sentence_model/encoder.hpp"
#include "adapters/sentence_model/model_folder.hpp"
#include "adapters/sentence_model/sentence_model_embedder.hpp"
#include "adapters/sentence_model/word_piece.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace learnd;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kTexts = 256;
constexpr std::size_t kTokens = 16;
constexpr std::size_t kBatch = 32;
/// Calls that wait at once: an indexer's batch of 128 texts.
constexpr std::size_t kCalls = 4;
constexpr double kWarmUpSeconds = 0.3;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

template <class T>
T must(core::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

/// Everyday words that are one token each, so that a text has as many tokens as words, and two more for its ends.
std::vector<std::string> makeTexts(const sentence_model::WordPiece& tokenizer) {
  static constexpr std::string_view kWords[] = {"open",   "file",   "read",  "write", "list",  "find",   "user",  "group",   "network",
                                                "server", "the",    "a",     "of",    "in",    "start",  "stop",  "check",   "change",
                                                "name",   "path",   "line",  "word",  "first", "last",   "with",  "from",    "to",
                                                "for",    "memory", "disk",  "time",  "date",  "table",  "index", "service", "system",
                                                "search", "remove", "every", "old",   "new",   "large",  "small", "process", "text",
                                                "image",  "code",   "test",  "error", "build", "branch", "key",   "public",  "private"};
  std::mt19937 random(16);
  std::vector<std::string> texts;
  for (std::size_t number = 0; number < kTexts; ++number) {
    std::string text;
    for (std::size_t word = 2; word < kTokens; ++word) {
      if (!text.empty()) text += ' ';
      text += kWords[random() % std::size(kWords)];
    }
    if (tokenizer.tokenize(text, 256).ids.size() != kTokens) throw std::runtime_error("not 16 tokens: " + text);
    texts.push_back(std::move(text));
  }
  return texts;
}

struct Model {
  explicit Model(const std::filesystem::path& folder)
      : shape(must(sentence_model::readModelFolder(folder))),
        tokenizer(must(sentence_model::WordPiece::open(folder / "tokenizer.json"))),
        encoder(must(sentence_model::Encoder::load(folder, shape, sentence_model::bestPrecision()))),
        texts(makeTexts(tokenizer)) {}

  std::vector<float> embed(std::size_t number) {
    const std::vector<std::vector<std::int32_t>> ids{tokenizer.tokenize(texts[number], shape.window).ids};
    std::vector<float> vector(shape.hidden);
    encoder.encode(ids, room, vector.data());
    return vector;
  }

  sentence_model::EncoderShape shape;
  sentence_model::WordPiece tokenizer;
  sentence_model::Encoder encoder;
  sentence_model::EncoderRoom room;
  std::vector<std::string> texts;
};

template <class Number>
void printList(const std::vector<Number>& numbers, const char* format) {
  std::putchar('[');
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) std::putchar(',');
    std::printf(format, numbers[i]);
  }
  std::putchar(']');
}

void printTexts(Model& model) {
  std::printf("{\"ids\": [");
  for (std::size_t i = 0; i < kTexts; ++i) {
    if (i > 0) std::putchar(',');
    printList(model.tokenizer.tokenize(model.texts[i], model.shape.window).ids, "%d");
  }
  std::printf("], \"vectors\": [");
  for (std::size_t i = 0; i < kTexts; ++i) {
    if (i > 0) std::putchar(',');
    printList(model.embed(i), "%.6g");
  }
  std::printf("]}\n");
}

void measureOne(Model& model, double seconds) {
  const auto began = Clock::now();
  std::vector<double> times;
  for (std::size_t number = 0; secondsSince(began) < seconds + kWarmUpSeconds; number = (number + 1) % kTexts) {
    const auto start = Clock::now();
    const auto vector = model.embed(number);
    if (vector.front() != vector.front()) throw std::runtime_error("a vector of no numbers");
    if (secondsSince(began) > kWarmUpSeconds) times.push_back(secondsSince(start) * 1e6);
  }
  std::sort(times.begin(), times.end());
  std::printf("{\"min_us\": %.1f, \"median_us\": %.1f, \"texts\": %zu}\n", times.front(), times[times.size() / 2], times.size());
}

/// One caller: calls of 32 texts, one after another, until `end`; counts what was answered after `from`.
boost::asio::awaitable<void> callUntil(ports::Embedder& embedder, const std::vector<std::string>& texts, std::size_t first,
                                       Clock::time_point from, Clock::time_point end, std::size_t& counted) {
  while (Clock::now() < end) {
    std::vector<std::string> batch;
    for (std::size_t i = 0; i < kBatch; ++i) batch.push_back(texts[(first + i) % texts.size()]);
    first += kBatch;
    auto vectors = co_await embedder.embed(std::move(batch), ports::Priority::Background);
    if (!vectors) throw std::runtime_error(vectors.error().message());
    if (Clock::now() >= from) counted += vectors->size();
  }
}

void measureBatches(const std::filesystem::path& folder, double seconds, std::size_t threads) {
  const auto texts = makeTexts(must(sentence_model::WordPiece::open(folder / "tokenizer.json")));
  sentence_model::EmbedderOptions options;
  options.folder = folder;
  options.model = folder.filename().string();
  options.threads = threads;
  sentence_model::SentenceModelEmbedder embedder(options);
  boost::asio::io_context loop;
  std::size_t counted = 0;
  const auto from = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(kWarmUpSeconds));
  const auto end = from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (std::size_t call = 0; call < kCalls; ++call) {
    boost::asio::co_spawn(loop, callUntil(embedder, texts, call * kBatch, from, end, counted), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  loop.run();
  std::printf("{\"texts_per_s\": %.1f}\n", static_cast<double>(counted) / secondsSince(from));
}

double numberOf(std::string_view text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || number <= 0) {
    throw std::runtime_error("not a number above 0: " + std::string(text));
  }
  return number;
}

int run(const std::vector<std::string>& arguments) {
  const std::string what = arguments.size() > 1 ? arguments[1] : "";
  if (what == "batch" && arguments.size() == 4) {
    measureBatches(arguments[0], numberOf(arguments[2]), static_cast<std::size_t>(numberOf(arguments[3])));
    return 0;
  }
  const bool one = what == "one" && arguments.size() == 3;
  if (!one && !(what == "texts" && arguments.size() == 2)) {
    std::fprintf(stderr, "usage: embedding_bench MODEL texts | one SECONDS | batch SECONDS THREADS\n");
    return 2;
  }
  sentence_model::useOneThreadACall();
  Model model(arguments[0]);
  if (one) {
    measureOne(model, numberOf(arguments[2]));
  } else {
    printTexts(model);
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "embedding_bench: %s\n", error.what());
    return 1;
  }
}
