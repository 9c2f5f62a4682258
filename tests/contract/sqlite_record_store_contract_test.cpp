#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/contract/record_store_contract.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

namespace learnd::contract {

namespace {

class SqliteUnderTest final : public RecordStoreUnderTest {
 public:
  SqliteUnderTest() { open(); }
  ports::RecordStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    sqlite::SqliteOptions options;
    options.stateFolder = folder_.path();
    options.keepTextIndex = true;
    auto opened = sqlite::SqliteRecordStore::open(std::move(options));
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = std::move(*opened);
  }

  sqlite::ScratchFolder folder_;
  std::unique_ptr<sqlite::SqliteRecordStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, RecordStoreContract,
                         testing::Values(RecordStoreMaker{"sqlite", [] { return std::make_unique<SqliteUnderTest>(); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace learnd::contract
