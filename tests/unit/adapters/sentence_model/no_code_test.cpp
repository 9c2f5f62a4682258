// A program of its own, since what it forbids itself it can't allow again, and machine code that was made before stays.
#include "adapters/sentence_model/sentence_model_embedder.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/adapters/sentence_model/golden.hpp"

#include <gtest/gtest.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace learnd::sentence_model {
namespace {

/// As a service manager's MemoryDenyWriteExecute does it, on every kernel: no memory that is written and run, none that becomes runnable.
bool forbidCode() {
  constexpr auto kThirdArgument = static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t));
  std::vector<sock_filter> program;
  const auto refuse = [&program](std::uint32_t call, std::uint32_t bits) {
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4));
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kThirdArgument));
    program.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, bits, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  };
  refuse(__NR_mmap, PROT_WRITE | PROT_EXEC);
  refuse(__NR_mprotect, PROT_EXEC);
  refuse(__NR_pkey_mprotect, PROT_EXEC);
  refuse(__NR_shmat, SHM_EXEC);
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
         ::prctl(PR_SET_SECCOMP, static_cast<unsigned long>(SECCOMP_MODE_FILTER), &filter, 0UL, 0UL) == 0;
}

TEST(ProcessThatMayMakeNoCode, IsToldWhichSettingForbidsItAndGoesOn) {
  ASSERT_TRUE(forbidCode()) << std::strerror(errno);
  ASSERT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
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
