#include "tests/contract/record_store_contract.hpp"
#include "tests/private_postgres/scratch_schema.hpp"

namespace learnd::contract {

namespace {

/// A real server, which all tests share; each has a schema of its own.
class PostgresUnderTest final : public RecordStoreUnderTest {
 public:
  PostgresUnderTest() : store_(schema_.open()) {}
  ports::RecordStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    store_ = schema_.open();
  }

 private:
  tests::ScratchSchema schema_{tests::PrivatePostgres::shared()};
  std::unique_ptr<postgres::PostgresRecordStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, RecordStoreContract,
                         testing::Values(RecordStoreMaker{"postgres", [] { return std::make_unique<PostgresUnderTest>(); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace learnd::contract
