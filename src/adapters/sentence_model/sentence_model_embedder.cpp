#include "adapters/sentence_model/sentence_model_embedder.hpp"

#include "adapters/sentence_model/model_file.hpp"
#include "support/blocking_pool.hpp"

#include <omp.h>

#include <algorithm>
#include <utility>

namespace learnd::sentence_model {

namespace {

constexpr std::size_t kKeptQuestions = 1000;

std::size_t threadsOf(const EmbedderOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

core::Error unavailable(const std::string& why) { return core::Error(core::ErrorKind::Unavailable, why); }

}  // namespace

SentenceModelEmbedder::SentenceModelEmbedder(const EmbedderOptions& options) : questions_(kKeptQuestions) {
  auto loaded = load(options);
  if (!loaded) {
    problem_ = loaded.error().message();
    encoder_.reset();
    return;
  }
  const std::size_t threads = threadsOf(options);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

SentenceModelEmbedder::~SentenceModelEmbedder() {
  for (const auto& request : queue_.close()) request->done(unavailable("the embedder is stopping"));
  for (auto& thread : threads_) thread.join();
}

core::Result<void> SentenceModelEmbedder::load(const EmbedderOptions& options) {
  // oneDNN's threads would fight ours: one a call, here and in each worker.
  omp_set_num_threads(1);
  std::error_code ignored;
  if (!std::filesystem::is_directory(options.folder, ignored)) {
    return unavailable(
        "the sentence model is not installed (" + options.folder.string() +
        " is no folder): run scripts/fetch-model in a checkout and install again, or set embedder.model to a model's folder");
  }
  auto shape = readModelFolder(options.folder);
  if (!shape) return shape.error();
  const auto vocabularyFile = options.folder / "tokenizer.json";
  auto tokenizer = WordPiece::open(vocabularyFile);
  if (!tokenizer) return tokenizer.error();
  if (tokenizer->size() > shape->vocabulary) {
    return fileError(vocabularyFile.string(), "has more tokens than config.json's \"vocab_size\", " + std::to_string(shape->vocabulary));
  }
  if (shape->lowercase) tokenizer->useLowercase();
  auto digest = digestOfModel(options.folder);
  if (!digest) return digest.error();
  const Precision precision = options.precision.value_or(bestPrecision());
  auto encoder = Encoder::load(options.folder, *shape, precision);
  if (!encoder) return encoder.error();
  tokenizer_.emplace(std::move(*tokenizer));
  encoder_.emplace(std::move(*encoder));
  // Vectors of the two precisions are alike, but not the same: each is an index of its own.
  identity_ = {"builtin",      options.model, *digest + (precision == Precision::Int8 ? "-int8" : "-f32"),
               options.prefix, shape->hidden, shape->window};
  return {};
}

ports::Task<ports::EmbedderIdentity> SentenceModelEmbedder::identity() {
  if (!encoder_) co_return unavailable(problem_);
  co_return identity_;
}

ports::Task<ports::EmbedderStatus> SentenceModelEmbedder::status() {
  ports::EmbedderStatus status;
  status.up = encoder_.has_value();
  status.texts = embedded_;
  status.detail = problem_;
  if (status.up) {
    status.detail = std::string(encoder_->precision() == Precision::Int8 ? "int8" : "32-bit floats") + ", " + instructionSet() + ", " +
                    std::to_string(threads_.size()) + " threads";
  }
  co_return status;
}

ports::Task<std::vector<ports::Embedding>> SentenceModelEmbedder::embed(std::vector<std::string> texts, ports::Priority priority) {
  using Answer = core::Result<std::vector<ports::Embedding>>;
  if (!encoder_) co_return unavailable(problem_);
  if (texts.empty()) co_return std::vector<ports::Embedding>();
  const bool single = texts.size() == 1 && priority == ports::Priority::Search;
  if (single) {
    if (auto known = questions_.find(texts.front())) {
      std::vector<ports::Embedding> answers{{std::move(known->vector), known->clipped}};
      co_return answers;
    }
  }
  auto request = std::make_shared<EmbeddingRequest>();
  request->left = texts.size();
  for (const std::string& text : texts) {
    Tokens tokens = tokenizer_->tokenize(identity_.prefix.empty() ? text : identity_.prefix + text, identity_.window);
    request->texts.push_back(std::move(tokens.ids));
    request->answers.push_back({{}, tokens.clipped});
  }
  auto pending = std::make_shared<support::Pending<Answer>>(co_await boost::asio::this_coro::executor);
  request->done = [pending](Answer answer) { support::Pending<Answer>::finish(pending, std::move(answer)); };
  if (!queue_.push(request, priority)) co_return core::Error(core::ErrorKind::Busy, "the embedder has too much to do: try again");
  auto answer = co_await support::Pending<Answer>::wait(pending);
  if (answer && single) questions_.keep(texts.front(), {answer->front().vector, answer->front().clipped});
  co_return answer;
}

void SentenceModelEmbedder::work() {
  omp_set_num_threads(1);
  EncoderRoom room;
  std::vector<float> vectors;
  while (true) {
    const auto batch = queue_.take();
    if (batch.empty()) return;
    std::vector<std::vector<std::int32_t>> texts;
    for (const auto& one : batch) texts.push_back(std::move(one.request->texts[one.place]));
    vectors.resize(batch.size() * identity_.dimensions);
    try {
      encoder_->encode(texts, room, vectors.data());
      finish(batch, vectors);
    } catch (const std::exception& error) {
      // A request is answered once: the first of its texts that fails answers for all.
      for (const auto& one : batch) {
        const std::lock_guard lock(answersMutex_);
        if (one.request->left == 0) continue;
        one.request->left = 0;
        one.request->done(unavailable(std::string("the model can't run: ") + error.what()));
      }
    }
  }
}

void SentenceModelEmbedder::finish(const std::vector<EmbeddingWork>& batch, const std::vector<float>& vectors) {
  const float* vector = vectors.data();
  embedded_ += batch.size();
  for (const auto& one : batch) {
    one.request->answers[one.place].vector.assign(vector, vector + identity_.dimensions);
    vector += identity_.dimensions;
    const std::lock_guard lock(answersMutex_);
    if (one.request->left > 0 && --one.request->left == 0) one.request->done(std::move(one.request->answers));
  }
}

}  // namespace learnd::sentence_model
