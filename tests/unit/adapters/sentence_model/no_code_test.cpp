// A program of its own, since what it forbids itself it can't allow again, and machine code that was made before stays.
#include "adapters/sentence_model/sentence_model_embedder.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sentence_model/golden.hpp"

#include <gtest/gtest.h>

#include <sys/prctl.h>

namespace learnd::sentence_model {
namespace {

// linux/prctl.h has these since Linux 6.3.
constexpr int kSetMemoryDenyWriteExecute = 65;
constexpr unsigned long kRefuseExecutableGain = 1;

TEST(ProcessThatMayMakeNoCode, IsToldWhichSettingForbidsItAndGoesOn) {
  ASSERT_EQ(::prctl(kSetMemoryDenyWriteExecute, kRefuseExecutableGain, 0UL, 0UL, 0UL), 0)
      << "this kernel has no PR_SET_MDWE (Linux 6.3), by which the service manager's MemoryDenyWriteExecute is tried here";
  EmbedderOptions options;
  options.folder = installedModel();
  options.model = "all-minilm-l6-v2";
  SentenceModelEmbedder embedder(options);
  EXPECT_NE(embedder.problem().find("MemoryDenyWriteExecute"), std::string::npos) << embedder.problem();
  EXPECT_EQ(embedder.problemKind(), core::ErrorKind::Unavailable);
  const auto status = fakes::runTask(embedder.status());
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->up);
  EXPECT_EQ(status->detail, embedder.problem());
  std::vector<std::string> texts{"a question"};
  const auto vectors = fakes::runTask(embedder.embed(std::move(texts), ports::Priority::Search));
  ASSERT_FALSE(vectors);
  EXPECT_EQ(vectors.error().kind(), core::ErrorKind::Unavailable);
}

}  // namespace
}  // namespace learnd::sentence_model
