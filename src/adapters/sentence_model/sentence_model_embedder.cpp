#include "adapters/sentence_model/sentence_model_embedder.hpp"

#include "adapters/sentence_model/model_file.hpp"
#include "support/blocking_pool.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace learnd::sentence_model {

namespace {

constexpr std::size_t kKeptQuestions = 1000;
constexpr const char* kFetchedModel = "all-minilm-l6-v2";  // the one that scripts/fetch-model installs

/// What a search may have to wait behind: 3 ms in bytes with VNNI, 10 ms in floats with AVX2.
constexpr std::size_t kBatchTokensInBytes = 128;
constexpr std::size_t kBatchTokensInFloats = 32;

std::size_t threadsOf(const EmbedderOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

core::Result<WordPiece> openTokenizer(const std::filesystem::path& file, const EncoderShape& shape) {
  auto tokenizer = WordPiece::open(file);
  if (!tokenizer) return tokenizer.error();
  if (tokenizer->size() > shape.vocabulary) {
    return fileError(file.string(), "has more tokens than config.json's \"vocab_size\", " + std::to_string(shape.vocabulary));
  }
  if (shape.lowercase) tokenizer->useLowercase();
  return tokenizer;
}

/// Weights that overflow give something else.
bool isOfUnitLength(std::span<const float> vector) {
  float squares = 0;
  for (const float number : vector) squares += number * number;
  return std::fabs(squares - 1.0F) < 1e-3F;
}

/// Whoever waits for a request goes: answered, cancelled, or with the loop that it waited on.
class AbandonAtEnd {
 public:
  explicit AbandonAtEnd(std::shared_ptr<EmbeddingRequest> request) : request_(std::move(request)) {}
  ~AbandonAtEnd() { request_->abandon(); }
  AbandonAtEnd(const AbandonAtEnd&) = delete;
  AbandonAtEnd& operator=(const AbandonAtEnd&) = delete;

 private:
  std::shared_ptr<EmbeddingRequest> request_;
};

/// Loading takes ten times the memory that stays.
void giveBackMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace

SentenceModelEmbedder::SentenceModelEmbedder(const EmbedderOptions& options) : questions_(kKeptQuestions) {
  if (auto loaded = load(options); !loaded) {
    problem_ = loaded.error();
    return;
  }
  giveBackMemory();
  queue_.emplace(encoder_->precision() == Precision::Int8 ? kBatchTokensInBytes : kBatchTokensInFloats);
  const std::size_t threads = threadsOf(options);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

SentenceModelEmbedder::~SentenceModelEmbedder() {
  if (!queue_) return;
  for (const auto& request : queue_->close()) request->fail(core::Error(core::ErrorKind::Unavailable, "the embedder is stopping"));
  for (std::thread& thread : threads_) thread.join();
}

core::Result<void> SentenceModelEmbedder::load(const EmbedderOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(options.folder, ignored)) {
    const bool isOurs = options.folder.filename() == kFetchedModel;
    return core::Error(core::ErrorKind::NotFound,
                       "the sentence model is not installed (" + options.folder.string() +
                           " is no folder): " + (isOurs ? "run scripts/fetch-model in a checkout and install again, or set" : "correct") +
                           " embedder.model, which may also be the path of a model's folder");
  }
  // The whole model goes into its digest, which takes as long as all else.
  auto digesting = std::async(std::launch::async, [folder = options.folder] { return digestOfModel(folder); });
  auto loaded = loadModel(options);
  auto digest = digesting.get();
  if (!loaded) return loaded.error();
  if (!digest) return digest.error();
  // Vectors of the two precisions are alike, but not the same: each is an index of its own.
  identity_.digest = *digest + (encoder_->precision() == Precision::Int8 ? "-int8" : "-f32");
  return {};
}

core::Result<void> SentenceModelEmbedder::loadModel(const EmbedderOptions& options) {
  auto shape = readModelFolder(options.folder);
  if (!shape) return shape.error();
  auto tokenizer = openTokenizer(options.folder / "tokenizer.json", *shape);
  if (!tokenizer) return tokenizer.error();
  auto encoder = Encoder::load(options.folder, *shape, options.precision.value_or(bestPrecision()));
  if (!encoder) return encoder.error();
  tokenizer_.emplace(std::move(*tokenizer));
  encoder_.emplace(std::move(*encoder));
  identity_ = {"builtin", options.model, "", options.prefix, shape->hidden, shape->window};
  return {};
}

ports::Task<ports::EmbedderIdentity> SentenceModelEmbedder::identity() {
  if (!queue_) co_return unavailable();
  co_return identity_;
}

ports::Task<ports::EmbedderStatus> SentenceModelEmbedder::status() {
  ports::EmbedderStatus status;
  status.up = queue_.has_value();
  status.texts = embedded_;
  status.detail = problem_.message();
  if (status.up) {
    status.detail = std::string(encoder_->precision() == Precision::Int8 ? "int8" : "32-bit floats") + ", " + instructionSet() + ", " +
                    std::to_string(threads_.size()) + (threads_.size() == 1 ? " thread" : " threads");
  }
  co_return status;
}

ports::Task<std::vector<ports::Embedding>> SentenceModelEmbedder::embed(std::vector<std::string> texts, ports::Priority priority) {
  using Answer = EmbeddingRequest::Answer;
  if (!queue_) co_return unavailable();
  if (texts.empty()) co_return std::vector<ports::Embedding>();
  std::string question;
  if (texts.size() == 1 && priority == ports::Priority::Search) {
    question = texts.front();
    if (auto known = questions_.find(question)) {
      std::vector<ports::Embedding> answers;
      answers.push_back(std::move(*known));
      co_return answers;
    }
  }
  auto pending = std::make_shared<support::Pending<Answer>>(co_await boost::asio::this_coro::executor);
  // The answer takes the waiting one's event back to its own thread: it must not end on a worker's.
  auto done = [event = pending](Answer answer) mutable { support::Pending<Answer>::finish(std::move(event), std::move(answer)); };
  const auto request = std::make_shared<EmbeddingRequest>(std::move(texts), std::move(done));
  const AbandonAtEnd abandon(request);
  if (!queue_->push(request, priority)) co_return core::Error(core::ErrorKind::Busy, "the embedder has too much to do: try again");
  auto answer = co_await support::Pending<Answer>::wait(pending);
  if (answer && !question.empty()) questions_.keep(question, answer->front());
  co_return answer;
}

void SentenceModelEmbedder::work() {
  useOneThreadACall();
  EncoderRoom room;
  while (true) {
    const std::vector<EmbeddingWork> batch = queue_->take();
    if (batch.empty()) return;
    try {
      embedBatch(batch, room);
    } catch (const std::exception& error) {
      for (const EmbeddingWork& one : batch) {
        one.request->fail(core::Error(core::ErrorKind::Unavailable, std::string("the sentence model can't run: ") + error.what()));
      }
    }
  }
}

void SentenceModelEmbedder::embedBatch(std::span<const EmbeddingWork> batch, EncoderRoom& room) {
  std::vector<Encoder::Ids> ids;
  std::vector<bool> clipped;
  for (const EmbeddingWork& one : batch) {
    Tokens tokens = identity_.prefix.empty() ? tokenizer_->tokenize(one.text(), identity_.window)
                                             : tokenizer_->tokenize(identity_.prefix + one.text(), identity_.window);
    ids.push_back(std::move(tokens.ids));
    clipped.push_back(tokens.clipped);
  }
  std::vector<float> vectors(batch.size() * identity_.dimensions);
  encoder_->encode(ids, room, vectors.data());
  embedded_ += batch.size();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto vector = std::span(vectors).subspan(i * identity_.dimensions, identity_.dimensions);
    if (!isOfUnitLength(vector)) throw std::runtime_error("its weights give a vector that is none");
    batch[i].request->finish(batch[i].place, {std::vector<float>(vector.begin(), vector.end()), clipped[i]});
  }
}

}  // namespace learnd::sentence_model
