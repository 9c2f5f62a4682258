#include "adapters/embedded_index/embedded_index.hpp"
#include "tests/contract/vector_index_oracle_contract.hpp"

namespace learnd::contract {

namespace {

class EmbeddedUnderTest final : public VectorIndexUnderTest {
 public:
  ports::VectorIndex& index() override { return index_; }

 private:
  support::BlockingPool pool_{2};
  embedded_index::EmbeddedIndex index_{pool_};
};

const VectorIndexMaker kMaker{"embedded", [] { return std::make_unique<EmbeddedUnderTest>(); }};

const auto nameOf = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Embedded, VectorIndexContract, testing::Values(kMaker), nameOf);
INSTANTIATE_TEST_SUITE_P(Embedded, VectorIndexRarityContract, testing::Values(kMaker), nameOf);
INSTANTIATE_TEST_SUITE_P(Embedded, VectorIndexOracleContract, testing::Values(kMaker), nameOf);

}  // namespace

}  // namespace learnd::contract
