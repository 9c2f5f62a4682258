#include "json/metadata.hpp"

#include "core/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

namespace learnd::json {
namespace {

Value read(std::string_view text) { return *parse(text); }

TEST(Metadata, IsKeptInCanonicalForm) {
  EXPECT_EQ(*makeMetadata(read(R"({"b":1.0,"a":{"z":1e21,"y":null}})"), "metadata", true), R"({"a":{"y":null,"z":1e+21},"b":1})");
}

TEST(Metadata, IsAnObjectWithoutNulAndWithinItsLimit) {
  EXPECT_EQ(makeMetadata(read("[1]"), "metadata", false).error().field(), "metadata");
  EXPECT_EQ(makeMetadata(read(R"({"a":["\u0000"]})"), "metadata", false).error().field(), "metadata");
  EXPECT_EQ(makeMetadata(read(R"({"\u0000":1})"), "metadata", false).error().field(), "metadata");
  EXPECT_EQ(makeMetadata(read(R"({"n":-9007199254740993})"), "metadata", false).error().kind(), core::ErrorKind::InvalidInput);
  const std::string rest = "{\"a\":\"\"}";
  const Value fits(Value::Object{{"a", Value(std::string(core::kMaxMetadata - rest.size(), 'x'))}});
  EXPECT_EQ(makeMetadata(fits, "metadata", false)->size(), core::kMaxMetadata);
  const Value over(Value::Object{{"a", Value(std::string(core::kMaxMetadata - rest.size() + 1, 'x'))}});
  const auto refused = makeMetadata(over, "metadata", false);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::TooLarge);
  EXPECT_NE(refused.error().message().find("65536 bytes (64 KiB)"), std::string::npos);
}

TEST(Metadata, LosesItsSecretsWhereverTheyAre) {
  const auto kept =
      makeMetadata(read(R"({"password":"hunter2!x","list":{"api_key":["a8f5f167f44f4964e6c998dee827110c"]},)"
                        R"("note":"curl -u me:s3cretPass1 http://h","os":"nixos","commit":"da39a3ee5e6b4b0d3255bfef95601890afd80709"})"),
                   "metadata", true);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->find("hunter2"), std::string::npos) << *kept;
  EXPECT_EQ(kept->find("a8f5f167"), std::string::npos) << *kept;
  EXPECT_EQ(kept->find("s3cretPass1"), std::string::npos) << *kept;
  EXPECT_NE(kept->find("nixos"), std::string::npos) << *kept;
  EXPECT_NE(kept->find("da39a3ee5e6b4b0d3255bfef95601890afd80709"), std::string::npos) << *kept;
  EXPECT_EQ(*makeMetadata(read(*kept), "metadata", true), *kept);
  EXPECT_NE(makeMetadata(read(R"({"password":"hunter2!x"})"), "metadata", false)->find("hunter2"), std::string::npos);
}

double secondsToMake(const Value& value) {
  // The processor's time, not the clock's: others may be at work too.
  const std::clock_t began = std::clock();
  static_cast<void>(makeMetadata(value, "metadata", true));
  return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
}

TEST(Metadata, ALongNameOfALongListTakesLinearTime) {
  const std::string words = "a_a_";
  std::string name;
  while (name.size() < core::kMaxMetadata / 2) name += words;
  const Value manyWords(Value::Object{{name, Value(Value::Array(core::kMaxMetadata / 4, Value(0)))}});
  EXPECT_LT(secondsToMake(manyWords), 0.5);
  const Value oneWord(Value::Object{{std::string(core::kMaxMetadata / 2, 'a'), Value(Value::Array(core::kMaxMetadata / 4, Value(0)))}});
  EXPECT_LT(secondsToMake(oneWord), 0.5);
}

TEST(Metadata, WhatIsFarOverTheLimitIsRefusedAtOnce) {
  const Value large(Value::Object{{std::string(200'000, 'a'), Value(Value::Array(400'000, Value("secret_")))}});
  EXPECT_EQ(makeMetadata(large, "metadata", true).error().kind(), core::ErrorKind::TooLarge);
  EXPECT_LT(secondsToMake(large), 0.5);
}

TEST(Metadata, TakesNewKeysAndKeepsItsOwn) {
  EXPECT_EQ(addMissingKeys(R"({"os":"nixos"})", R"({"os":"debian","release":12})"), R"({"os":"nixos","release":12})");
  EXPECT_EQ(addMissingKeys(R"({"b":1})", R"({"a":2})"), R"({"a":2,"b":1})");
  EXPECT_EQ(addMissingKeys("{}", "{}"), "{}");
  const std::string large = R"({"a":")" + std::string(core::kMaxMetadata - 20, 'x') + R"("})";
  EXPECT_EQ(addMissingKeys(large, R"({"b":"something longer than the room left"})"), large);
}

TEST(Metadata, IsPatchedByMerging) {
  const std::string kept = R"({"nested":{"id":1,"x":2},"os":"nixos","release":12})";
  EXPECT_EQ(*patchMetadata(kept, read(R"({"release":null,"arch":"x86_64","nested":{"x":null}})"), "metadata", false),
            R"({"arch":"x86_64","nested":{"id":1},"os":"nixos"})");
  EXPECT_EQ(*patchMetadata(kept, Value(), "metadata", false), "{}");
  EXPECT_EQ(patchMetadata(kept, read("[]"), "metadata", false).error().field(), "metadata");
}

TEST(Metadata, GivesSeverityWhereItIsText) {
  EXPECT_EQ(severityOf(R"({"severity":"high"})"), "high");
  EXPECT_EQ(severityOf(R"({"severity":3})"), std::nullopt);
  EXPECT_EQ(severityOf(R"({"a":{"severity":"high"}})"), std::nullopt);
  EXPECT_EQ(severityOf("{}"), std::nullopt);
}

TEST(Metadata, GivesItsScalarsForFilters) {
  EXPECT_THAT(
      scalarsOf(R"({"a":"x","b":12,"c":true,"d":{"e":1},"f":[1],"g":0.5})"),
      testing::ElementsAre(testing::Pair("a", "\"x\""), testing::Pair("b", "12"), testing::Pair("c", "true"), testing::Pair("g", "0.5")));
  EXPECT_TRUE(scalarsOf("{}").empty());
}

}  // namespace
}  // namespace learnd::json
