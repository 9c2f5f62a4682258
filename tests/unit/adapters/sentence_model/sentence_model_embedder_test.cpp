#include "adapters/sentence_model/sentence_model_embedder.hpp"

#include "support/timeout.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sentence_model/golden.hpp"
#include "tests/unit/adapters/sentence_model/random_model.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include <chrono>

namespace learnd::sentence_model {
namespace {

using fakes::runTask;
using ports::Priority;
using Texts = std::vector<std::string>;
using Embeddings = core::Result<std::vector<ports::Embedding>>;

EmbedderOptions optionsFor(const std::filesystem::path& folder) {
  EmbedderOptions options;
  options.folder = folder;
  options.model = folder.filename().string();
  return options;
}

double similarity(const std::vector<float>& a, const std::vector<float>& b) { return cosine(a, std::vector<double>(b.begin(), b.end())); }

class SmallModel : public testing::Test {
 protected:
  SmallModel() { model_.write(folder_.path(), NumberFormat::Float32); }

  [[nodiscard]] EmbedderOptions options() const { return optionsFor(folder_.path()); }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path(); }

 private:
  RandomModel model_{RandomModel::oddShape(), 5};
  TemporaryFolder folder_;
};

TEST(InstalledModelEmbedder, GivesTheGoldenVectorsInTheOrderOfTheTexts) {
  SentenceModelEmbedder embedder(optionsFor(installedModel()));
  ASSERT_EQ(embedder.problem(), "");
  const auto golden = readGolden(goldenFile());
  for (const Priority priority : {Priority::Search, Priority::Background}) {
    Texts texts;
    for (const GoldenText& one : golden) texts.push_back(one.text);
    const Embeddings vectors = runTask(embedder.embed(std::move(texts), priority));
    ASSERT_TRUE(vectors) << vectors.error().message();
    ASSERT_EQ(vectors->size(), golden.size());
    for (std::size_t i = 0; i < golden.size(); ++i) {
      EXPECT_GT(cosine((*vectors)[i].vector, golden[i].vector), 0.993) << golden[i].text;
      EXPECT_EQ((*vectors)[i].clipped, golden[i].tokens.size() == 256) << golden[i].text;
    }
  }
  const auto identity = runTask(embedder.identity());
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->backend, "builtin");
  EXPECT_EQ(identity->dimensions, 384U);
  EXPECT_EQ(identity->window, 256U);
  const auto status = runTask(embedder.status());
  EXPECT_TRUE(status->up);
  EXPECT_EQ(status->texts, 2 * golden.size());
}

TEST(InstalledModelEmbedder, PutsQuestionsThatMeanTheSameNearEachOther) {
  SentenceModelEmbedder embedder(optionsFor(installedModel()));
  Texts texts{"How do I free disk space used by old generations?", "Remove previous system generations to get room on the disk",
              "Who won the football match yesterday?"};
  const Embeddings vectors = runTask(embedder.embed(std::move(texts), Priority::Search));
  ASSERT_TRUE(vectors);
  EXPECT_GT(similarity((*vectors)[0].vector, (*vectors)[1].vector), 0.5);
  EXPECT_LT(similarity((*vectors)[0].vector, (*vectors)[2].vector), 0.2);
}

TEST_F(SmallModel, PutsItsPrefixBeforeEveryText) {
  EmbedderOptions prefixed = options();
  prefixed.prefix = "the ";
  SentenceModelEmbedder with(prefixed);
  SentenceModelEmbedder without(options());
  Texts text{"disk"};
  Texts whole{"the disk"};
  const Embeddings a = runTask(with.embed(std::move(text), Priority::Background));
  const Embeddings b = runTask(without.embed(std::move(whole), Priority::Background));
  ASSERT_TRUE(a);
  ASSERT_TRUE(b);
  EXPECT_GT(similarity(a->front().vector, b->front().vector), 0.9999);
  EXPECT_EQ(runTask(with.identity())->prefix, "the ");
}

TEST_F(SmallModel, KnowsAQuestionThatIsAskedAgain) {
  SentenceModelEmbedder embedder(options());
  for (int i = 0; i < 3; ++i) {
    Texts texts{"disk full"};
    ASSERT_TRUE(runTask(embedder.embed(std::move(texts), Priority::Search)));
  }
  EXPECT_EQ(runTask(embedder.status())->texts, 1U);
}

TEST_F(SmallModel, EmbedsNoTextsAtOnce) {
  SentenceModelEmbedder embedder(options());
  const Embeddings none = runTask(embedder.embed({}, Priority::Search));
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST_F(SmallModel, HasTheDigestOfItsFilesAndItsPrecision) {
  EmbedderOptions floats = options();
  floats.precision = Precision::Float;
  SentenceModelEmbedder embedder(floats);
  EXPECT_EQ(runTask(embedder.identity())->digest, *digestOfModel(path()) + "-f32");
}

/// Many callers on one loop.
boost::asio::awaitable<void> askRepeatedly(ports::Embedder& embedder, Priority priority, int times, int& answered) {
  for (int i = 0; i < times; ++i) {
    Texts texts{"disk full", "the " + std::to_string(i), std::string(300, 'a')};
    auto vectors = co_await embedder.embed(std::move(texts), priority);
    if (vectors && vectors->size() == 3 && (*vectors)[2].clipped == false) ++answered;
  }
}

TEST_F(SmallModel, ServesManyCallersOnItsThreads) {
  EmbedderOptions three = options();
  three.threads = 3;
  SentenceModelEmbedder embedder(three);
  boost::asio::io_context loop;
  int answered = 0;
  const auto rethrow = [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  };
  for (int i = 0; i < 8; ++i) {
    boost::asio::co_spawn(loop, askRepeatedly(embedder, i % 2 == 0 ? Priority::Search : Priority::Background, 20, answered), rethrow);
  }
  loop.run();
  EXPECT_EQ(answered, 160);
  EXPECT_EQ(runTask(embedder.status())->texts, 480U);
}

TEST_F(SmallModel, AnswersACancelledCallerAtOnce) {
  EmbedderOptions one = options();
  one.threads = 1;
  SentenceModelEmbedder embedder(one);
  Texts texts(20000, std::string(100, 'z'));
  const auto began = std::chrono::steady_clock::now();
  const Embeddings late =
      runTask(support::withTimeout(embedder.embed(std::move(texts), Priority::Background), std::chrono::milliseconds(1)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), core::ErrorKind::Timeout);
  Texts next{"disk"};
  EXPECT_TRUE(runTask(embedder.embed(std::move(next), Priority::Background)));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  EXPECT_LT(runTask(embedder.status())->texts, 20000U);
}

TEST_F(SmallModel, EndsWithoutAnsweringEverybodyWithVectors) {
  boost::asio::io_context loop;
  std::optional<Embeddings> answer;
  auto embedder = std::make_unique<SentenceModelEmbedder>(options());
  Texts texts(5000, std::string(100, 'z'));
  boost::asio::co_spawn(loop, embedder->embed(std::move(texts), Priority::Background),
                        [&answer](std::exception_ptr, Embeddings result) { answer = std::move(result); });
  loop.poll();
  embedder.reset();
  loop.run();
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().kind(), core::ErrorKind::Unavailable);
}

TEST_F(SmallModel, SaysSoWhereTheModelIsCutWhileItIsInUse) {
  SentenceModelEmbedder embedder(options());
  std::filesystem::resize_file(path() / "model.safetensors", 100);
  Texts texts{"disk"};
  const Embeddings vectors = runTask(embedder.embed(std::move(texts), Priority::Search));
  ASSERT_FALSE(vectors);
  EXPECT_EQ(vectors.error().kind(), core::ErrorKind::Unavailable);
  EXPECT_NE(vectors.error().message().find("was cut while it was in use"), std::string::npos) << vectors.error().message();
}

void expectDown(SentenceModelEmbedder& embedder, const std::string& reason) {
  EXPECT_NE(embedder.problem().find(reason), std::string::npos) << embedder.problem();
  Texts texts{"disk"};
  const Embeddings vectors = runTask(embedder.embed(std::move(texts), Priority::Search));
  ASSERT_FALSE(vectors);
  EXPECT_EQ(vectors.error().kind(), core::ErrorKind::Unavailable);
  EXPECT_EQ(runTask(embedder.identity()).error().kind(), core::ErrorKind::Unavailable);
  const auto status = runTask(embedder.status());
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->up);
  EXPECT_EQ(status->detail, embedder.problem());
}

TEST(SentenceModelEmbedder, SaysHowToGetAModelThatIsNotInstalled) {
  const TemporaryFolder folder;
  SentenceModelEmbedder embedder(optionsFor(folder.path() / "all-minilm-l6-v2"));
  expectDown(embedder, "scripts/fetch-model");
  EXPECT_EQ(embedder.problemKind(), core::ErrorKind::NotFound);
}

TEST(SentenceModelEmbedder, RefusesAFolderThatHoldsSomethingElse) {
  const TemporaryFolder folder;
  SentenceModelEmbedder embedder(optionsFor(folder.path()));
  expectDown(embedder, "config.json: can't be opened");
  EXPECT_EQ(embedder.problemKind(), core::ErrorKind::InvalidInput);
}

TEST_F(SmallModel, RefusesATokenizerOfMoreTokensThanTheModelHas) {
  EncoderShape smaller = RandomModel::oddShape();
  smaller.vocabulary = 60;
  RandomModel(smaller, 6).write(path(), NumberFormat::Float32);
  SentenceModelEmbedder embedder(options());
  expectDown(embedder, "has more tokens than config.json's \"vocab_size\", 60");
}

TEST_F(SmallModel, RefusesWeightsThatGiveNoVector) {
  RandomModel model(RandomModel::oddShape(), 7);
  for (float& gain : model.tensors().at("encoder.layer.2.output.LayerNorm.weight").numbers) gain = 3e38F;
  model.write(path(), NumberFormat::Float32);
  SentenceModelEmbedder embedder(options());
  ASSERT_EQ(embedder.problem(), "");
  Texts texts{"disk"};
  const Embeddings vectors = runTask(embedder.embed(std::move(texts), Priority::Search));
  ASSERT_FALSE(vectors);
  EXPECT_NE(vectors.error().message().find("its weights give a vector that is none"), std::string::npos);
}

}  // namespace
}  // namespace learnd::sentence_model
