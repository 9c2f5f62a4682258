#include "adapters/sqlite/state_folder.hpp"

#include "adapters/sqlite/sqlite_record_store.hpp"
#include "tests/unit/adapters/sqlite/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace learnd::sqlite {

namespace {

using std::filesystem::perms;

perms permissionsOf(const std::filesystem::path& path) { return std::filesystem::status(path).permissions(); }

TEST(StateFolder, IsMadeForItsOwnerAlone) {
  ScratchFolder scratch;
  const auto folder = scratch.path() / "deep" / "state";
  auto store = SqliteRecordStore::open({folder});
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_EQ(permissionsOf(folder), perms::owner_all);
  for (const char* name : {"learnd.db", "learnd.db-wal", "learnd.db-shm", "learnd.lock"}) {
    EXPECT_EQ(permissionsOf(folder / name), perms::owner_read | perms::owner_write) << name;
  }
}

TEST(StateFolder, KeepsTheModeOfOneThatIsThere) {
  ScratchFolder scratch;
  std::filesystem::permissions(scratch.path(), perms::owner_all | perms::group_read | perms::group_exec);
  ASSERT_TRUE(StateFolder::open(scratch.path()));
  EXPECT_EQ(permissionsOf(scratch.path()), perms::owner_all | perms::group_read | perms::group_exec);
}

TEST(StateFolder, BelongsToOneDaemonAtATime) {
  ScratchFolder scratch;
  {
    auto first = SqliteRecordStore::open({scratch.path()});
    ASSERT_TRUE(first);
    auto second = SqliteRecordStore::open({scratch.path()});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), core::ErrorKind::Unavailable);
    EXPECT_NE(second.error().message().find("another learnd"), std::string::npos) << second.error().message();
  }
  EXPECT_TRUE(SqliteRecordStore::open({scratch.path()}));
}

TEST(StateFolder, AFileInItsPlaceIsNamed) {
  ScratchFolder scratch;
  std::ofstream(scratch.path() / "state") << "not a folder";
  const auto opened = StateFolder::open(scratch.path() / "state");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find((scratch.path() / "state").string()), std::string::npos);
}

}  // namespace

}  // namespace learnd::sqlite
