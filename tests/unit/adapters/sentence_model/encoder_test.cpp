#include "adapters/sentence_model/encoder.hpp"

#include "tests/unit/adapters/sentence_model/golden.hpp"
#include "tests/unit/adapters/sentence_model/random_model.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace learnd::sentence_model {
namespace {

using Ids = std::vector<std::int32_t>;

std::vector<float> encodeOne(const Encoder& encoder, const Ids& ids) {
  EncoderRoom room;
  std::vector<float> vector(encoder.shape().hidden);
  const std::vector<Ids> texts{ids};
  encoder.encode(texts, room, vector.data());
  return vector;
}

std::vector<Ids> randomTexts(const EncoderShape& shape, std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> length(2, shape.window);
  std::uniform_int_distribution<std::int32_t> id(0, static_cast<std::int32_t>(shape.vocabulary) - 1);
  std::vector<Ids> texts(count);
  for (Ids& text : texts) {
    text.resize(length(random));
    for (std::int32_t& one : text) one = id(random);
  }
  return texts;
}

/// The least cosine of all texts to their golden vectors.
double leastCosine(const std::filesystem::path& file, Precision precision) {
  const auto shape = readModelFolder(installedModel());
  auto encoder = Encoder::load(installedModel(), *shape, precision);
  if (!encoder) throw std::runtime_error(encoder.error().message());
  double least = 1;
  for (const GoldenText& golden : readGolden(file)) least = std::min(least, cosine(encodeOne(*encoder, golden.tokens), golden.vector));
  return least;
}

TEST(Encoder, GivesTheVectorsOfTheReference) { EXPECT_GT(leastCosine(goldenFile(), Precision::Float), 0.99999); }

// Those in bytes are apart: without VNNI sums overflow, and learnd takes floats.
TEST(EncoderInBytes, StaysNearTheReference) { EXPECT_GT(leastCosine(goldenFile(), Precision::Int8), 0.993); }

TEST(LargerReference, IsGivenByTheEncoder) { EXPECT_GT(leastCosine(largerGoldenFile(), Precision::Float), 0.99999); }

TEST(LargerReferenceInBytes, IsNearToTheEncoder) { EXPECT_GT(leastCosine(largerGoldenFile(), Precision::Int8), 0.992); }

struct Variant {
  Pooling pooling;
  NumberFormat format;
  const char* prefix;
};

void expectTextbooksVectors(Precision precision, double least) {
  for (const Variant& variant : {Variant{Pooling::First, NumberFormat::Float32, ""}, Variant{Pooling::Mean, NumberFormat::Float16, "bert."},
                                 Variant{Pooling::First, NumberFormat::BFloat16, "bert."}}) {
    EncoderShape shape = RandomModel::oddShape();
    shape.pooling = variant.pooling;
    const RandomModel model(shape, 42);
    const TemporaryFolder folder;
    model.write(folder.path(), variant.format, variant.prefix);
    const auto read = readModelFolder(folder.path());
    ASSERT_TRUE(read) << read.error().message();
    auto encoder = Encoder::load(folder.path(), *read, precision);
    ASSERT_TRUE(encoder) << encoder.error().message();
    for (const Ids& text : randomTexts(shape, 12, 3)) EXPECT_GT(cosine(encodeOne(*encoder, text), model.encode(text)), least);
  }
}

TEST(Encoder, RunsAModelOfOtherSizesAsTheTextbookDoes) { expectTextbooksVectors(Precision::Float, 0.999999); }

TEST(EncoderInBytes, RunsAModelOfOtherSizesAsTheTextbookDoes) { expectTextbooksVectors(Precision::Int8, 0.99); }

TEST(Encoder, RunsSizesThatFillVectorsToo) {
  EncoderShape shape = RandomModel::oddShape();
  shape.hidden = 128;
  shape.heads = 2;
  shape.intermediate = 256;
  shape.layers = 1;
  const RandomModel model(shape, 43);
  const TemporaryFolder folder;
  model.write(folder.path(), NumberFormat::Float32);
  auto encoder = Encoder::load(folder.path(), *readModelFolder(folder.path()), Precision::Float);
  ASSERT_TRUE(encoder) << encoder.error().message();
  for (const Ids& text : randomTexts(shape, 12, 4)) EXPECT_GT(cosine(encodeOne(*encoder, text), model.encode(text)), 0.999999);
}

void expectTheSameInABatch(Precision precision) {
  const RandomModel model(RandomModel::oddShape(), 44);
  const TemporaryFolder folder;
  model.write(folder.path(), NumberFormat::Float32);
  auto encoder = Encoder::load(folder.path(), *readModelFolder(folder.path()), precision);
  ASSERT_TRUE(encoder) << encoder.error().message();
  const auto texts = randomTexts(model.shape(), 40, 5);
  EncoderRoom room;
  std::vector<float> together(texts.size() * model.shape().hidden);
  encoder->encode(texts, room, together.data());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto alone = encodeOne(*encoder, texts[i]);
    const auto begin = together.begin() + static_cast<std::ptrdiff_t>(i * alone.size());
    for (std::size_t j = 0; j < alone.size(); ++j) ASSERT_NEAR(alone[j], *(begin + static_cast<std::ptrdiff_t>(j)), 2e-5F);
  }
}

TEST(Encoder, GivesATextTheSameVectorWhateverItsBatch) { expectTheSameInABatch(Precision::Float); }

TEST(EncoderInBytes, GivesATextTheSameVectorWhateverItsBatch) { expectTheSameInABatch(Precision::Int8); }

TEST(Encoder, EncodesNothingOfNoTexts) {
  const RandomModel model(RandomModel::oddShape(), 45);
  const TemporaryFolder folder;
  model.write(folder.path(), NumberFormat::Float32);
  auto encoder = Encoder::load(folder.path(), *readModelFolder(folder.path()), Precision::Float);
  ASSERT_TRUE(encoder);
  EncoderRoom room;
  encoder->encode({}, room, nullptr);
}

class WrongWeights : public testing::Test {
 protected:
  std::string messageOf(RandomModel& model) const {
    model.write(folder_.path(), NumberFormat::Float32);
    const auto encoder = Encoder::load(folder_.path(), *readModelFolder(folder_.path()), Precision::Float);
    return encoder ? "no error" : encoder.error().message();
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(WrongWeights, NameAMissingTensor) {
  RandomModel model(RandomModel::oddShape(), 46);
  model.tensors().erase("encoder.layer.2.output.dense.bias");
  EXPECT_NE(messageOf(model).find("model.safetensors: tensor encoder.layer.2.output.dense.bias: is missing"), std::string::npos);
}

TEST_F(WrongWeights, OfAnotherModelAreToldByTheirShape) {
  EncoderShape other = RandomModel::oddShape();
  other.intermediate = 104;
  RandomModel model(RandomModel::oddShape(), 47);
  model.tensors() = RandomModel(other, 47).tensors();
  EXPECT_NE(messageOf(model).find("tensor encoder.layer.0.intermediate.dense.weight: has the shape [104, 60]"), std::string::npos);
}

TEST_F(WrongWeights, ThatAreNoNumbersAreRefused) {
  RandomModel model(RandomModel::oddShape(), 48);
  model.tensors().at("encoder.layer.1.attention.self.key.weight").numbers[17] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(messageOf(model).find("tensor encoder.layer.1.attention.self.key.weight: holds a number that is infinite or none"),
            std::string::npos);
}

}  // namespace
}  // namespace learnd::sentence_model
