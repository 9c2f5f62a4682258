#include "adapters/sentence_model/model_folder.hpp"

#include "tests/unit/adapters/sentence_model/golden.hpp"
#include "tests/unit/adapters/sentence_model/random_model.hpp"
#include "tests/unit/adapters/sentence_model/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <set>

namespace learnd::sentence_model {
namespace {

class ModelFolder : public testing::Test {
 protected:
  ModelFolder() { RandomModel(RandomModel::oddShape(), 1).write(folder_.path(), NumberFormat::Float32); }

  void replace(const std::string& file, std::string_view from, std::string_view to) const {
    std::string text = readFile(folder_.path() / file);
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("nothing to replace: " + std::string(from));
    writeFile(folder_.path() / file, text.replace(at, from.size(), to));
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

TEST_F(ModelFolder, GivesTheSizesAndThePooling) {
  const auto shape = readModelFolder(path());
  ASSERT_TRUE(shape) << shape.error().message();
  const EncoderShape wanted = RandomModel::oddShape();
  EXPECT_EQ(shape->hidden, wanted.hidden);
  EXPECT_EQ(shape->intermediate, wanted.intermediate);
  EXPECT_EQ(shape->heads, wanted.heads);
  EXPECT_EQ(shape->layers, wanted.layers);
  EXPECT_EQ(shape->vocabulary, wanted.vocabulary);
  EXPECT_EQ(shape->positions, wanted.positions);
  EXPECT_EQ(shape->types, wanted.types);
  EXPECT_EQ(shape->epsilon, wanted.epsilon);
  EXPECT_EQ(shape->pooling, Pooling::First);
  EXPECT_EQ(shape->window, wanted.window);
}

TEST_F(ModelFolder, TakesAWindowThatIsNotGivenFromThePositions) {
  replace("sentence_bert_config.json", "45", "null");
  EXPECT_EQ(readModelFolder(path())->window, 50U);
}

struct Unlike {
  const char* file;
  const char* from;
  const char* to;
  const char* message;
};

TEST_F(ModelFolder, RefusesWhatIsUnlikeByName) {
  const std::vector<Unlike> cases{
      {"config.json", "\"bert\"", "\"roberta\"", "\"model_type\" is \"roberta\""},
      {"config.json", "\"gelu\"", "\"gelu_new\"", "\"hidden_act\" is \"gelu_new\""},
      {"config.json", "\"gelu\"", "7", "\"hidden_act\""},
      {"config.json", "{", "{\"position_embedding_type\":\"relative_key\",", "\"position_embedding_type\" is \"relative_key\""},
      {"config.json", "{", "{\"is_decoder\":true,", "is_decoder"},
      {"config.json", "\"hidden_size\":60", "\"hidden_size\":0", "hidden_size"},
      {"config.json", "\"hidden_size\":60", "\"hidden_size\":1000000", "hidden_size"},
      {"config.json", "\"hidden_size\":60", "\"hidden_size\":59", "can't be divided among 5 heads"},
      {"config.json", "\"num_attention_heads\":5", "\"num_attention_heads\":0", "num_attention_heads"},
      {"config.json", "\"num_hidden_layers\":3", "\"num_hidden_layers\":\"3\"", "num_hidden_layers"},
      {"config.json", "\"vocab_size\":70", "\"vocab_size\":-70", "vocab_size"},
      {"config.json", "\"max_position_embeddings\":50", "\"max_position_embeddings\":2", "max_position_embeddings"},
      {"config.json", "\"layer_norm_eps\"", "\"eps\"", "layer_norm_eps"},
      {"modules.json", "models.Pooling", "models.Dense", "\"Dense\""},
      {"modules.json", "\"1_Pooling\"", "\"../1_Pooling\"", "\"../1_Pooling\""},
      {"modules.json", "\"path\": \"\"", "\"path\": \"0_Transformer\"", "\"0_Transformer\""},
      {"modules.json", "}]", "}, {\"type\": \"a.Dense\", \"path\": \"2_Dense\"}]", "\"Dense\""},
      {"modules.json", "[", "[7, ", "no \"type\""},
      {"1_Pooling/config.json", "\"pooling_mode_cls_token\":true", "\"pooling_mode_max_tokens\":true", "pooling_mode_max_tokens"},
      {"1_Pooling/config.json", "\"pooling_mode_cls_token\":true", "\"pooling_mode_cls_token\":false", "pooling_mode_cls_token"},
      {"1_Pooling/config.json", "60", "61", "word_embedding_dimension"},
      {"sentence_bert_config.json", "45", "51", "max_seq_length"},
      {"sentence_bert_config.json", "45", "2", "max_seq_length"},
      {"sentence_bert_config.json", "{", "[", "sentence_bert_config.json"},
  };
  ASSERT_TRUE(readModelFolder(path()));
  for (const Unlike& one : cases) {
    const std::string before = readFile(path() / one.file);
    replace(one.file, one.from, one.to);
    const auto shape = readModelFolder(path());
    ASSERT_FALSE(shape) << one.to;
    EXPECT_EQ(shape.error().kind(), core::ErrorKind::InvalidInput);
    EXPECT_EQ(shape.error().message().find((path() / one.file).string() + ": "), 0U) << shape.error().message();
    EXPECT_NE(shape.error().message().find(one.message), std::string::npos) << shape.error().message();
    writeFile(path() / one.file, before);
  }
}

TEST_F(ModelFolder, NamesAFileThatIsMissing) {
  for (const std::string file : {"config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json"}) {
    const std::string before = readFile(path() / file);
    std::filesystem::remove(path() / file);
    const auto shape = readModelFolder(path());
    ASSERT_FALSE(shape) << file;
    EXPECT_NE(shape.error().message().find(file + ": can't be opened"), std::string::npos) << shape.error().message();
    writeFile(path() / file, before);
  }
}

TEST_F(ModelFolder, HasAnotherDigestWhereAnyOfItsFilesIsAnother) {
  std::set<std::string> digests{*digestOfModel(path())};
  EXPECT_EQ(digests.begin()->size(), 64U);
  EXPECT_EQ(*digestOfModel(path()), *digests.begin());
  for (const std::string file :
       {"model.safetensors", "tokenizer.json", "config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json"}) {
    const std::string before = readFile(path() / file);
    writeFile(path() / file, before + " ");
    EXPECT_TRUE(digests.insert(*digestOfModel(path())).second) << file;
    writeFile(path() / file, before);
  }
  std::filesystem::remove(path() / "model.safetensors");
  EXPECT_FALSE(digestOfModel(path()));
}

TEST(InstalledModel, IsReadWithItsSizes) {
  const auto shape = readModelFolder(installedModel());
  ASSERT_TRUE(shape) << shape.error().message();
  EXPECT_EQ(shape->hidden, 384U);
  EXPECT_EQ(shape->layers, 6U);
  EXPECT_EQ(shape->window, 256U);
  EXPECT_EQ(shape->pooling, Pooling::Mean);
}

}  // namespace
}  // namespace learnd::sentence_model
