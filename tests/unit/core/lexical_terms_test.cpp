#include "core/lexical_terms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace learnd::core {
namespace {

using Counts = std::map<std::uint32_t, float>;

Counts countsOf(std::string_view text, bool trigram) {
  Counts counts;
  for (const auto& term : lexicalTerms(text).terms) {
    if (term.trigram == trigram) counts[term.term] += term.count;
  }
  return counts;
}

Counts wordCounts(const std::vector<std::string>& stems) {
  Counts counts;
  for (const auto& stem : stems) counts[termOfWord(stem)] += 1;
  return counts;
}

Counts trigramCounts(const std::vector<std::string>& trigrams) {
  Counts counts;
  for (const auto& trigram : trigrams) counts[termOfTrigram(trigram)] += 1;
  return counts;
}

TEST(LexicalTerms, WordsAreRunsOfLettersDigitsAndUnderscoreStemmed) {
  EXPECT_EQ(countsOf("Restarting nginx-1 services: max_files, RESTARTED", false),
            wordCounts({"restart", "nginx", "1", "servic", "max_fil", "restart"}));
}

TEST(LexicalTerms, TrigramsAreOfWordsAndOfRunsOfOtherSignsWithBlanksAround) {
  EXPECT_EQ(countsOf("ab  --c x", true), trigramCounts({" ab", "ab ", " --", "-- ", " c ", " x "}));
}

TEST(LexicalTerms, TrigramsAreNotStemmed) { EXPECT_EQ(countsOf("files", true), trigramCounts({" fi", "fil", "ile", "les", "es "})); }

TEST(LexicalTerms, CharactersAreCodePointsAndLowerCaseIsUnicodes) {
  EXPECT_EQ(countsOf("ÜBER", true), trigramCounts({" üb", "übe", "ber", "er "}));
  EXPECT_EQ(countsOf("Москва", false), wordCounts({"москва"}));
  EXPECT_EQ(countsOf("ΟΔΟΣ ΣΟΣ Σ", false), wordCounts({"οδος", "σος", "σ"}));
}

TEST(LexicalTerms, NumbersOfAnyScriptAreWordSignsAndMarksAreNot) {
  EXPECT_EQ(countsOf("x² ٣٤ Ⅷ½", false), wordCounts({"x²", "٣٤", "ⅷ½"}));
  EXPECT_EQ(countsOf("e\u0301x", false), wordCounts({"e", "x"}));
  EXPECT_EQ(countsOf("İstanbul", false), wordCounts({"i", "stanbul"}));
}

TEST(LexicalTerms, UnicodeSpacesSeparate) {
  EXPECT_EQ(countsOf("-\u00A0-\u2003-\u3000-\x1F-", true), trigramCounts({" - ", " - ", " - ", " - ", " - "}));
}

TEST(LexicalTerms, EachTermComesOnceSortedAndLengthsCountRepeats) {
  const auto found = lexicalTerms("to be or not to be");
  EXPECT_EQ(found.words, 6U);
  EXPECT_EQ(found.trigrams, 13U);
  EXPECT_TRUE(std::is_sorted(found.terms.begin(), found.terms.end(), [](const auto& a, const auto& b) { return a.term < b.term; }));
  EXPECT_EQ(std::adjacent_find(found.terms.begin(), found.terms.end(), [](const auto& a, const auto& b) { return a.term == b.term; }),
            found.terms.end());
  EXPECT_EQ(std::count_if(found.terms.begin(), found.terms.end(), [](const auto& term) { return !term.trigram; }), 4);
}

TEST(LexicalTerms, AnEmptyTextAndSpacesHaveNone) {
  EXPECT_TRUE(lexicalTerms("").terms.empty());
  EXPECT_TRUE(lexicalTerms(" \t\n ").terms.empty());
}

TEST(LexicalTerms, NoTrigramIsTakenForAWord) {
  for (const auto& term : lexicalTerms("zfs set mountpoint=/var/lib tank/data ==> done").terms)
    EXPECT_EQ(term.term >> 31U, term.trigram ? 1U : 0U);
}

TEST(LexicalTerms, TheHashIsTheSameOnEveryMachine) {
  // Made by a second implementation, in Python.
  EXPECT_EQ(termOfWord("nginx"), 529151472U);
  EXPECT_EQ(termOfWord("größe"), 391924474U);
  EXPECT_EQ(termOfTrigram(" --"), 3307634630U);
  EXPECT_EQ(termOfTrigram("übe"), 3321108132U);
}

TEST(LexicalTerms, AStoredWeightIsMeasuredAgainstSixtyWordsOrThreeHundredTrigrams) {
  LexicalTerms document;
  document.words = 60;
  document.trigrams = 300;
  EXPECT_NEAR(termWeight({1, 1, false}, document), 1.0, 1e-6);
  EXPECT_NEAR(termWeight({1, 3, false}, document), 3 * 2.2 / 4.2, 1e-6);
  EXPECT_NEAR(termWeight({1, 1, true}, document), 0.3, 1e-6);
  document.words = 6;
  EXPECT_NEAR(termWeight({1, 1, false}, document), 2.2 / (1 + 1.2 * (0.25 + 0.075)), 1e-6);
}

TEST(LexicalTerms, ARareTermWeighsMoreAndNoTermWeighsLessThanNothing) {
  EXPECT_NEAR(inverseDocumentFrequency(10, 1), std::log(1 + 9.5 / 1.5), 1e-12);
  EXPECT_GT(inverseDocumentFrequency(10, 10), 0);
}

TEST(LexicalTerms, ALongTextOfOneWordIsRead) {
  const auto found = lexicalTerms(std::string(256 * 1024, 'y'));
  EXPECT_EQ(found.words, 1U);
  EXPECT_EQ(found.trigrams, 256U * 1024U);
}

}  // namespace
}  // namespace learnd::core
