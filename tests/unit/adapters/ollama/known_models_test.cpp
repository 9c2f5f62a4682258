#include "adapters/ollama/known_models.hpp"

#include <gtest/gtest.h>

namespace learnd::ollama {
namespace {

TEST(KnownModels, HaveThePrefixOfTheirCards) {
  EXPECT_EQ(knownPrefix("nomic-embed-text"), "search_query: ");
  EXPECT_EQ(knownPrefix("nomic-embed-text:latest"), "search_query: ");
  EXPECT_EQ(knownPrefix("nomic-embed-text-v2-moe"), "search_query: ");
  EXPECT_EQ(knownPrefix("NOMIC-Embed-Text:V1.5"), "search_query: ");
  EXPECT_EQ(knownPrefix("hf.co/nomic-ai/nomic-embed-text-v1.5-GGUF:Q4_K_M"), "search_query: ");
  EXPECT_EQ(knownPrefix("embeddinggemma:300m"), "task: sentence similarity | query: ");
  EXPECT_EQ(knownPrefix("jeffh/intfloat-multilingual-e5-large"), "");
  EXPECT_EQ(knownPrefix("someone/multilingual-e5-large"), "query: ");
}

TEST(KnownModels, NeedNoneWhereTheirCardsHaveNone) {
  for (const char* model : {"all-minilm", "mxbai-embed-large", "bge-m3", "snowflake-arctic-embed2", "qwen3-embedding", "granite-embedding",
                            "", "my-own", "registry.example:5000/nomic/other"}) {
    EXPECT_EQ(knownPrefix(model), "") << model;
  }
}

}  // namespace
}  // namespace learnd::ollama
