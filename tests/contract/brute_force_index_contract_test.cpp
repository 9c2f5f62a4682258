#include "tests/contract/vector_index_oracle_contract.hpp"

namespace learnd::contract {

namespace {

class BruteForceUnderTest final : public VectorIndexUnderTest {
 public:
  ports::VectorIndex& index() override { return index_; }

 private:
  fakes::BruteForceIndex index_;
};

const VectorIndexMaker kMaker{"brute_force", [] { return std::make_unique<BruteForceUnderTest>(); }};

const auto nameOf = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(BruteForce, VectorIndexContract, testing::Values(kMaker), nameOf);
INSTANTIATE_TEST_SUITE_P(BruteForce, VectorIndexRarityContract, testing::Values(kMaker), nameOf);

}  // namespace

}  // namespace learnd::contract
