#include "adapters/embedded_index/inverted_index.hpp"

#include "core/lexical_terms.hpp"

#include <gtest/gtest.h>

#include <string>

namespace learnd::embedded_index {

namespace {

std::vector<float> scoresOf(const InvertedIndex& index, const std::string& question) {
  std::vector<float> scores;
  index.score(questionTerms(question), scores);
  return scores;
}

TEST(InvertedIndex, ScoresByTheDefinition) {
  InvertedIndex index;
  const std::vector<std::string> documents{"mount a share at boot", "a share of the disk", "list users"};
  for (Slot slot = 0; slot < 3; ++slot) index.insert(slot, weighedTerms(documents[slot]));
  const auto asked = core::lexicalTerms("disk share");
  const auto scores = scoresOf(index, "disk share");
  ASSERT_EQ(scores.size(), 64U);
  for (Slot slot = 0; slot < 3; ++slot) {
    double expected = 0;
    const auto document = core::lexicalTerms(documents[slot]);
    for (const auto& question : asked.terms) {
      double with = 0;
      double weight = 0;
      for (Slot other = 0; other < 3; ++other) {
        const auto terms = core::lexicalTerms(documents[other]);
        for (const auto& term : terms.terms) {
          if (term.term != question.term) continue;
          ++with;
          if (other == slot) weight = static_cast<double>(core::termWeight(term, document));
        }
      }
      expected += weight * core::inverseDocumentFrequency(3, with);
    }
    EXPECT_NEAR(static_cast<double>(scores[slot]), expected, 1e-3);
  }
}

TEST(InvertedIndex, HoldsDocumentsInAnySegment) {
  InvertedIndex index;
  const std::vector<Slot> slots{0, 65535, 65536, 200000};
  for (const Slot slot : slots) index.insert(slot, weighedTerms("mount a share"));
  const auto scores = scoresOf(index, "share");
  ASSERT_EQ(scores.size(), 200064U);
  for (const Slot slot : slots) EXPECT_GT(scores[slot], 0);
  EXPECT_EQ(scores[1], 0);
  EXPECT_EQ(scores[131072], 0);
  EXPECT_EQ(index.documents(), 4U);
}

TEST(InvertedIndex, AWordOfMostDocumentsCountsInEachOfThem) {
  InvertedIndex index;
  constexpr Slot kDocuments = 3000;
  for (Slot slot = 0; slot < kDocuments; ++slot) index.insert(slot, weighedTerms(slot % 3 == 0 ? "share" : "share disk"));
  const auto scores = scoresOf(index, "disk share");
  const auto commonAlone = scoresOf(index, "share");
  const auto otherAlone = scoresOf(index, "disk");
  for (Slot slot = 0; slot < kDocuments; ++slot) {
    ASSERT_GT(commonAlone[slot], 0);
    ASSERT_EQ(otherAlone[slot] > 0, slot % 3 != 0);
    ASSERT_FLOAT_EQ(scores[slot], commonAlone[slot] + otherAlone[slot]);
  }
  for (Slot slot = 0; slot < kDocuments; slot += 2) index.erase(slot);
  const auto afterwards = scoresOf(index, "share");
  for (Slot slot = 0; slot < kDocuments; ++slot) ASSERT_EQ(afterwards[slot] > 0, slot % 2 != 0);
}

TEST(InvertedIndex, AnErasedDocumentLeavesNothingBehind) {
  InvertedIndex index;
  index.insert(0, weighedTerms("mount a share"));
  index.insert(1, weighedTerms("mount a disk"));
  const float before = scoresOf(index, "mount")[1];
  index.insert(2, weighedTerms("mount everything"));
  index.erase(2);
  EXPECT_EQ(scoresOf(index, "mount")[1], before);
  EXPECT_EQ(scoresOf(index, "everything")[2], 0);
  index.erase(0);
  EXPECT_EQ(index.documents(), 1U);
  index.insert(0, weighedTerms("list users"));
  EXPECT_EQ(scoresOf(index, "share")[0], 0);
  EXPECT_GT(scoresOf(index, "users")[0], 0);
}

TEST(InvertedIndex, OfALongQuestionTheRarestTermsCount) {
  InvertedIndex index;
  std::string everything;
  for (int word = 0; word < 4000; ++word) everything += "w" + std::to_string(word) + "x ";
  for (Slot slot = 0; slot < 20; ++slot) index.insert(slot, weighedTerms(everything));
  index.insert(20, weighedTerms("zyzzyva"));
  const auto scores = scoresOf(index, everything + "zyzzyva");
  EXPECT_GT(scores[20], 0);
  EXPECT_GT(questionTerms(everything).size(), InvertedIndex::kMostTerms);
}

TEST(InvertedIndex, ADocumentWithoutWordsCountsAsOne) {
  InvertedIndex index;
  index.insert(0, weighedTerms("share"));
  const float alone = scoresOf(index, "share")[0];
  index.insert(1, weighedTerms(""));
  EXPECT_GT(scoresOf(index, "share")[0], alone);
  index.erase(1);
  EXPECT_EQ(scoresOf(index, "share")[0], alone);
}

}  // namespace

}  // namespace learnd::embedded_index
