#include "tests/contract/record_store_contract.hpp"
#include "tests/fakes/memory_record_store.hpp"

namespace learnd::contract {

namespace {

/// The fake that services are tested on keeps the same rules.
class MemoryUnderTest final : public RecordStoreUnderTest {
 public:
  ports::RecordStore& store() override { return store_; }
  void reopen() override {}

 private:
  fakes::MemoryRecordStore store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, RecordStoreContract,
                         testing::Values(RecordStoreMaker{"memory", [] { return std::make_unique<MemoryUnderTest>(); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace learnd::contract
