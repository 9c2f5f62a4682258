#include "adapters/ollama/codec.hpp"

#include <gtest/gtest.h>

namespace learnd::ollama {
namespace {

using core::ErrorKind;

TEST(OllamaCodec, AsksForVectorsWithTheSameOptionsEveryTime) {
  EXPECT_EQ(encodeEmbed({"m", 0}, {"a", "b \"c\""}), R"({"model":"m","input":["a","b \"c\""],"truncate":false,"keep_alive":"30m"})");
  EXPECT_EQ(encodeEmbed({"m", 2}, {"a"}), R"({"model":"m","input":["a"],"truncate":false,"keep_alive":"30m","options":{"num_thread":2}})");
}

TEST(OllamaCodec, ReadsVectors) {
  const auto answer = decodeEmbed(R"({"model":"m","embeddings":[[0.5,-1e-3],[1,0]],"load_duration":2244240,"else":1})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->vectors, (std::vector<std::vector<float>>{{0.5F, -0.001F}, {1, 0}}));
  EXPECT_EQ(answer->load, std::chrono::nanoseconds(2244240));
  EXPECT_TRUE(decodeEmbed(R"({"embeddings":[]})")->vectors.empty());
}

TEST(OllamaCodec, HasNoVectorWhereANumberIsNone) {
  const auto answer = decodeEmbed(R"({"embeddings":[[0.5,null],[1e39,0],["a"],7,[],[1]]})");
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->vectors.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(answer->vectors[i].empty()) << i;
  EXPECT_EQ(answer->vectors[5], std::vector<float>{1});
}

TEST(OllamaCodec, TakesNothingElseForAnAnswer) {
  for (const char* body : {"", "[]", "{}", "{\"embeddings\":null}", "{\"embeddings\":5}", "{\"embeddings\":[[NaN]]}", "<html>", "\xff"}) {
    const auto answer = decodeEmbed(body);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().kind(), ErrorKind::Unavailable);
  }
  for (const char* body : {"{}", "{\"model_info\":{}}", R"({"model_info":{"general.architecture":"bert","bert.embedding_length":128}})",
                           R"({"model_info":{"general.architecture":"bert","bert.embedding_length":0,"bert.context_length":512}})"}) {
    EXPECT_FALSE(decodeShow(body)) << body;
  }
  EXPECT_FALSE(decodeVersion("{\"version\":1}"));
  EXPECT_FALSE(decodeError("not found"));
  EXPECT_EQ(decodeError(R"({"error":"why"})"), "why");
}

TEST(OllamaCodec, ReadsWhatAModelIs) {
  const auto shown = decodeShow(
      R"({"parameters":"stop                           \"x\"\nnum_ctx                        1024\nnum_ctx_other                  7","model_info":{"general.architecture":"nomic-bert",)"
      R"("nomic-bert.context_length":2048,"nomic-bert.embedding_length":768},"capabilities":["embedding"]})");
  ASSERT_TRUE(shown) << shown.error().message();
  EXPECT_EQ(shown->dimensions, 768U);
  EXPECT_EQ(shown->contextLength, 2048U);
  EXPECT_EQ(shown->chosenContext, 1024U);
  EXPECT_TRUE(shown->embeds);
}

TEST(OllamaCodec, TakesAnOlderServersWordThatAModelEmbeds) {
  const std::string facts = R"("model_info":{"general.architecture":"a","a.context_length":512,"a.embedding_length":8})";
  EXPECT_TRUE(decodeShow("{" + facts + "}")->embeds);
  EXPECT_FALSE(decodeShow("{" + facts + R"(,"capabilities":["completion","tools"]})")->embeds);
  EXPECT_FALSE(decodeShow("{" + facts + "}")->chosenContext);
}

TEST(OllamaCodec, FindsTheDigestUnderTheNameThatOllamaLists) {
  const std::string tags = R"({"models":[{"name":"nomic-embed-text:v1.5","digest":"aa"},{"name":"nomic-embed-text:latest","digest":"bb"},)"
                           R"({"name":"hf.co/x/Y:Q4","digest":"cc"},{"name":"someone/own:latest","digest":"dd"},{"name":"odd:latest"}]})";
  EXPECT_EQ(*decodeDigest(tags, "nomic-embed-text"), "bb");
  EXPECT_EQ(*decodeDigest(tags, "Nomic-Embed-Text:latest"), "bb");
  EXPECT_EQ(*decodeDigest(tags, "nomic-embed-text:v1.5"), "aa");
  EXPECT_EQ(*decodeDigest(tags, "registry.ollama.ai/library/nomic-embed-text"), "bb");
  EXPECT_EQ(*decodeDigest(tags, "hf.co/x/y:q4"), "cc");
  EXPECT_EQ(*decodeDigest(tags, "someone/own"), "dd");
  EXPECT_EQ(decodeDigest(tags, "odd").error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(decodeDigest(tags, "nomic").error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(decodeDigest("{}", "nomic").error().kind(), ErrorKind::Unavailable);
}

}  // namespace
}  // namespace learnd::ollama
