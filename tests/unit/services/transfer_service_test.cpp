#include "tests/fakes/run_task.hpp"
#include "tests/fakes/test_services.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

namespace learnd::services {
namespace {

class Transfer : public testing::Test {
 protected:
  ImportAnswer load(std::vector<std::string> lines, std::uint32_t uid = ::geteuid()) {
    std::vector<ImportText> texts;
    for (auto& line : lines) texts.push_back({texts.size() + 1, std::move(line)});
    return fakes::runTask(io, fake.services.transfer.importLines(std::move(texts), core::Caller{uid, uid, {}})).value();
  }
  std::string exported() { return fakes::runTask(io, fake.services.transfer.exportPiece(std::nullopt)).value().text; }

  boost::asio::io_context io;
  fakes::TestServices fake;
};

TEST_F(Transfer, LinesAreStoredCountedOrRejectedEachByItself) {
  const std::string line = R"({"kind":"solution","query":"how?","solution":"so"})";
  const ImportAnswer answer = load({line, line, "", R"({"kind":"poem"})", "no json", R"({"kind":"failure","query":"open"})"});
  EXPECT_EQ(answer.stored, 2U);
  EXPECT_EQ(answer.duplicates, 1U);
  ASSERT_EQ(answer.rejected.size(), 2U);
  EXPECT_EQ(answer.rejected[0].line, 4U);
  EXPECT_EQ(answer.rejected[0].field, "kind");
  EXPECT_EQ(answer.rejected[1].line, 5U);
}

TEST_F(Transfer, AFailureWithASolutionOfWhiteSpaceIsOpen) {
  EXPECT_EQ(load({R"({"kind":"failure","query":"it broke","solution":" \n"})"}).stored, 1U);
  const core::Learning& stored = fake.records.state().rows.begin()->second.learning;
  EXPECT_EQ(stored.outcome, core::Outcome::Open);
  EXPECT_EQ(stored.solution, "");
}

TEST_F(Transfer, AnIdThatIsThereIsUnchangedOrRejected) {
  const std::string id = R"("id":"018f0000-0000-7000-8000-000000000001")";
  load({"{" + id + R"(,"kind":"solution","query":"how?","solution":"so"})"});
  EXPECT_EQ(load({"{" + id + R"(,"kind":"solution","query":"how?","solution":"so"})"}).unchanged, 1U);
  const ImportAnswer other = load({"{" + id + R"(,"kind":"solution","query":"how?","solution":"thus"})"});
  ASSERT_EQ(other.rejected.size(), 1U);
  EXPECT_EQ(other.rejected[0].field, "id");
}

TEST_F(Transfer, APieceOfTheExportHasAFewRowsHoweverManyThereAre) {
  std::vector<std::string> lines;
  for (int i = 0; i < 130; ++i) lines.push_back(R"({"kind":"solution","query":"q)" + std::to_string(i) + R"(","solution":"s"})");
  load(std::move(lines));
  std::vector<std::ptrdiff_t> rows;
  std::optional<core::LearningId> last;
  do {
    const auto piece = fakes::runTask(io, fake.services.transfer.exportPiece(last)).value();
    last = piece.last;
    if (last) rows.push_back(std::count(piece.text.begin(), piece.text.end(), '\n'));
  } while (last);
  EXPECT_EQ(rows, (std::vector<std::ptrdiff_t>{64, 64, 2}));
}

TEST_F(Transfer, TheExportOfAnEmptyStoreIsEmptyAndComesBackByteForByte) {
  EXPECT_EQ(exported(), "");
  load({R"({"kind":"solution","query":"how?","solution":"so","metadata":{"z":1.0,"a":[true,null]},"value_score":0.9})",
        R"({"kind":"interaction","query":"which?","response":"this","context_used":["x"],"tokens":{"input":1,"output":2}})"});
  const std::string first = exported();
  fakes::TestServices second;
  std::vector<ImportText> texts;
  for (std::size_t from = 0; from < first.size();) {
    const std::size_t end = first.find('\n', from);
    texts.push_back({texts.size() + 1, first.substr(from, end - from)});
    from = end + 1;
  }
  const core::Caller owner{::geteuid(), ::getegid(), {}};
  EXPECT_EQ(fakes::runTask(second.services.transfer.importLines(std::move(texts), owner))->stored, 2U);
  EXPECT_EQ(fakes::runTask(second.services.transfer.exportPiece(std::nullopt))->text, first);
}

TEST_F(Transfer, AGivenValueIsKeptAsImportedAndAWrongFactorFallsBackAndIsMarked) {
  load({R"({"kind":"solution","query":"a","solution":"x","value_score":0.93})",
        R"({"kind":"solution","query":"b","solution":"x","factors":{"lines_of_code":-5,"severity":"high"}})"});
  const auto& rows = fake.records.state().rows;
  ASSERT_EQ(rows.size(), 2U);
  const auto& imported = rows.begin()->second.learning;
  EXPECT_EQ(imported.valueScore, 0.93);
  EXPECT_EQ(imported.profile, "imported");
  const auto& fallen = std::next(rows.begin())->second.learning;
  EXPECT_TRUE(fallen.breakdown.complexity.fallback);
  EXPECT_EQ(fallen.breakdown.complexity.value, 0);
  EXPECT_EQ(fallen.breakdown.impact.value, 0.8);
}

TEST_F(Transfer, OnlyAdministratorsSayWhoMadeALearningAndHowItDid) {
  const std::uint32_t other = ::geteuid() + 1000;
  for (const char* member : {R"("created_by":0)", R"("uses":3)", R"("value_score":0.5)"}) {
    const ImportAnswer answer = load({std::string(R"({"kind":"solution","query":"q","solution":"s",)") + member + "}"}, other);
    EXPECT_EQ(answer.rejected.size(), 1U) << member;
  }
  EXPECT_EQ(load({R"({"kind":"solution","query":"q","solution":"s"})"}, other).stored, 1U);
}

TEST_F(Transfer, ImportedLearningsAreFoundByWordsAtOnce) {
  load({R"({"kind":"solution","query":"plugh xyzzy","solution":"so"})"});
  ASSERT_EQ(fake.index.entries().size(), 1U);
  EXPECT_FALSE(fake.index.entries().begin()->second.vector);
}

TEST_F(Transfer, AnErrorOfTheRecordStoreFailsTheBatchWhole) {
  fake.records.fault.error = core::Error(core::ErrorKind::StorageFull, "full");
  std::vector<ImportText> texts{{1, R"({"kind":"solution","query":"q","solution":"s"})"}};
  EXPECT_EQ(fakes::runTask(io, fake.services.transfer.importLines(std::move(texts), core::Caller{})).error().kind(),
            core::ErrorKind::StorageFull);
  EXPECT_TRUE(fake.index.entries().empty());
}

TEST_F(Transfer, AFixWithoutAnIdResolvesTheOpenFailureThatIsHere) {
  load({R"({"kind":"failure","query":"it broke"})"});
  EXPECT_EQ(load({R"({"kind":"failure","query":"it broke","solution":"mend it"})"}).stored, 1U);
  const auto counts = fakes::runTask(io, fake.records.counts()).value();
  EXPECT_EQ(counts.learnings, 1U);
  EXPECT_NE(exported().find(R"("outcome":"resolved")"), std::string::npos);
}

TEST_F(Transfer, OthersCountsAreAnAdministratorsToImport) {
  const std::vector<std::string> lines{
      R"({"kind":"solution","query":"a","solution":"b","latest_feedback":"success"})",
      R"({"kind":"interaction","query":"a","response":"b","tokens_saved":900})",
      R"({"kind":"pattern","query":"a","solution":"b","occurrence_count":9})",
      R"({"kind":"pattern","query":"a","solution":"b","success_rate":0.5})",
  };
  EXPECT_EQ(load(lines, 54321).rejected.size(), 4U);
  EXPECT_EQ(load(lines).rejected.size(), 0U);
}

TEST_F(Transfer, WhatRedactionMadeLongerThanItsLimitComesBack) {
  std::string query;
  while (query.size() < 8000) query += "password=[redacted:password] ";
  const std::string line = R"({"kind":"solution","query":")" + query + std::string(3000, 'x') + R"(","solution":"b"})";
  EXPECT_EQ(load({line}).stored, 1U);
  const std::string tooLong = R"({"kind":"solution","query":")" + std::string(9000, 'x') + R"(","solution":"b"})";
  ASSERT_EQ(load({tooLong}).rejected.size(), 1U);
}

TEST_F(Transfer, AnIndexThatIsDownDoesNotFailAnImport) {
  fake.index.fault.error = core::Error(core::ErrorKind::Unavailable, "down");
  EXPECT_EQ(load({R"({"kind":"solution","query":"a","solution":"b"})"}).stored, 1U);
}

}  // namespace
}  // namespace learnd::services
