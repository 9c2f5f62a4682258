#include "json/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace learnd::json {
namespace {

TEST(JsonParse, ReadsEveryKindOfValueAndKeepsTheOrderOfMembers) {
  const auto value = parse(R"( {"b": [1, -2.5, true, false, null], "a": {"x": "é\n\u20ac\ud83d\ude00"}} )");
  ASSERT_TRUE(value);
  EXPECT_EQ(write(*value), "{\"b\":[1,-2.5,true,false,null],\"a\":{\"x\":\"é\\n€😀\"}}");
}

TEST(JsonParse, KeepsIntegersOfSixtyFourBitsExact) {
  const auto value = parse("[9223372036854775807, -9223372036854775808, 18446744073709551615, 18446744073709551616]");
  ASSERT_TRUE(value);
  const auto& items = *value->asArray();
  EXPECT_EQ(*items[0].asInteger(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(*items[1].asInteger(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(*items[2].asLargeInteger(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(items[3].asInteger(), nullptr);
  EXPECT_TRUE(items[3].isInteger());
  EXPECT_EQ(items[3].number(), 18446744073709551616.0);
}

TEST(JsonParse, ReadsDoublesToTheNearest) {
  const auto value = parse("[0.1, 1e23, 5e-324, 1e-400, 2.2250738585072011e-308, 0.000e5]");
  ASSERT_TRUE(value);
  const auto& items = *value->asArray();
  EXPECT_EQ(items[0].number(), 0.1);
  EXPECT_EQ(items[1].number(), 1e23);
  EXPECT_EQ(items[2].number(), 5e-324);
  EXPECT_EQ(items[3].number(), 0.0);
  EXPECT_EQ(items[4].number(), 2.2250738585072011e-308);
  EXPECT_EQ(items[5].number(), 0.0);
}

TEST(JsonParse, RefusesWhatIsNoStrictJson) {
  for (const std::string& text : {std::string(""),
                                  std::string(" "),
                                  std::string("{"),
                                  std::string("{\"a\":1,}"),
                                  std::string("[1,]"),
                                  std::string("{a:1}"),
                                  std::string("{'a':1}"),
                                  std::string("NaN"),
                                  std::string("[Infinity]"),
                                  std::string("[01]"),
                                  std::string("[+1]"),
                                  std::string("[1.]"),
                                  std::string("[.5]"),
                                  std::string("[1e]"),
                                  std::string("[-]"),
                                  std::string("1e999"),
                                  std::string("-1e999"),
                                  std::string("{} x"),
                                  std::string("{}{}"),
                                  std::string("{}\0", 3),
                                  std::string("{}\0{}", 5),
                                  std::string("\"a\0b\"", 5),
                                  std::string("\"\n\""),
                                  std::string("\"\xFF\""),
                                  std::string("\"\xC0\x80\""),
                                  std::string("\"\xED\xA0\x80\""),
                                  std::string("\"\xF4\x90\x80\x80\""),
                                  std::string("\"\xE2\x82\""),
                                  std::string("\"\\ud800\""),
                                  std::string("\"\\ud800x\""),
                                  std::string("\"\\udc00\""),
                                  std::string("{\"\\udc00\":1}"),
                                  std::string("\"\\u12\""),
                                  std::string("\"\\x\""),
                                  std::string("// no\n{}"),
                                  std::string("\xEF\xBB\xBF{}")}) {
    const auto value = parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().kind(), core::ErrorKind::InvalidInput) << text;
    EXPECT_EQ(value.error().field(), "") << text;
    EXPECT_NE(value.error().message().find("at byte"), std::string::npos) << text;
  }
}

TEST(JsonParse, AcceptsALongIntegerOfTooManyDigitsOnlyAsFarAsADoubleGoes) {
  EXPECT_TRUE(parse("1" + std::string(300, '0')));
  EXPECT_FALSE(parse("1" + std::string(400, '0')));
  EXPECT_TRUE(parse("0." + std::string(400, '0') + "1"));
}

TEST(JsonParse, RefusesAMemberThatComesTwiceInSmallAndLargeObjects) {
  const auto small = parse(R"({"a":1,"b":{"c":1,"c":2}})");
  ASSERT_FALSE(small);
  EXPECT_NE(small.error().message().find("\"c\" comes twice"), std::string::npos);
  std::string large = "{";
  for (int i = 0; i < 1000; ++i) large += "\"member" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse(large + "\"last\":0}"));
  EXPECT_FALSE(parse(large + "\"member500\":0}"));
}

TEST(JsonParse, TakesSixtyFourLevelsAndNoMore) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse(nested(64)));
  EXPECT_FALSE(parse(nested(65)));
  EXPECT_FALSE(parse(nested(200000)));
  EXPECT_FALSE(parse(std::string(200000, '[')));
  std::string objects;
  for (int i = 0; i < 200000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse(objects));
}

TEST(JsonParse, NamesTheByteAtFault) {
  const auto value = parse(R"({"query": )");
  ASSERT_FALSE(value);
  EXPECT_NE(value.error().message().find("(at byte 10)"), std::string::npos) << value.error().message();
}

TEST(JsonWrite, EscapesWhatMustBeAndNothingElse) {
  EXPECT_EQ(write(Value(std::string("\"\\/\b\f\n\r\t\x01\x1f\x7f\0", 12))), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000\"");
}

TEST(JsonWrite, WritesWhatJsonCannotHoldAsNull) {
  EXPECT_EQ(write(Value(std::numeric_limits<double>::quiet_NaN())), "null");
  EXPECT_EQ(write(Value(-std::numeric_limits<double>::infinity())), "null");
}

struct NumberCase {
  double value;
  const char* text;
};

class EcmaScriptNumber : public testing::TestWithParam<NumberCase> {};

TEST_P(EcmaScriptNumber, IsWrittenInItsShortestForm) {
  EXPECT_EQ(write(Value(GetParam().value)), GetParam().text);
  const auto back = parse(GetParam().text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->number(), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(Forms, EcmaScriptNumber,
                         testing::Values(NumberCase{0.0, "0"}, NumberCase{-0.0, "0"}, NumberCase{1.0, "1"}, NumberCase{-1.5, "-1.5"},
                                         NumberCase{100.0, "100"}, NumberCase{123456789.0, "123456789"}, NumberCase{0.1, "0.1"},
                                         NumberCase{0.000001, "0.000001"}, NumberCase{0.0000012, "0.0000012"},
                                         NumberCase{0.0000001, "1e-7"}, NumberCase{0.00000015, "1.5e-7"},
                                         NumberCase{1e20, "100000000000000000000"}, NumberCase{1e21, "1e+21"},
                                         NumberCase{1.5e300, "1.5e+300"}, NumberCase{5e-324, "5e-324"},
                                         NumberCase{1.7976931348623157e308, "1.7976931348623157e+308"},
                                         NumberCase{333333333.33333329, "333333333.3333333"}, NumberCase{-1e-27, "-1e-27"},
                                         NumberCase{9007199254740993.0, "9007199254740992"}));

TEST(JsonCanonical, SortsMembersByUtf16CodeUnits) {
  Value value;
  // U+E000 is above the surrogates that U+1F600 is written with in UTF-16, but below it as a code point.
  value.set("\xEE\x80\x80", 1);
  value.set("\xF0\x9F\x98\x80", 2);
  value.set("\xF0\x9F\x98\x81", 3);
  value.set("\xC3\xA9", 4);
  value.set("b", 5);
  value.set("a", 6);
  value.set("ab", 7);
  value.set("", 8);
  const auto text = writeCanonical(value, "metadata");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "{\"\":8,\"a\":6,\"ab\":7,\"b\":5,\"\xC3\xA9\":4,\"\xF0\x9F\x98\x80\":2,\"\xF0\x9F\x98\x81\":3,\"\xEE\x80\x80\":1}");
}

TEST(JsonCanonical, WritesNumbersAndNestedMembersInTheirOneForm) {
  const auto value = parse(R"({"b": 1.0, "a": {"z": 1e21, "y": [true, null, "\u20ac"]}, "c": -0, "d": 4.50, "e": 2e-3, "f": 1E30})");
  ASSERT_TRUE(value);
  const auto text = writeCanonical(*value, "metadata");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, R"({"a":{"y":[true,null,"€"],"z":1e+21},"b":1,"c":0,"d":4.5,"e":0.002,"f":1e+30})");
}

TEST(JsonCanonical, IsTheSameWhenItIsReadAndWrittenAgain) {
  const auto value = parse(R"({"z":[1e-7,0.1,12345678.9,9007199254740992,-9007199254740992,1e21,1.5e300],"a":{"é":"\u0007","e":""}})");
  ASSERT_TRUE(value);
  const auto once = writeCanonical(*value, "metadata");
  ASSERT_TRUE(once);
  const auto again = writeCanonical(*parse(*once), "metadata");
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *once);
}

TEST(JsonCanonical, RefusesIntegersBeyondWhatADoubleHoldsExactly) {
  for (const char* text : {"9007199254740993", "-9007199254740993", "18446744073709551615", "18446744073709551616",
                           "1000000000000000000000000000000", "1e17", "-1.2e20"}) {
    const auto value = parse(std::string("{\"n\":[") + text + "]}");
    ASSERT_TRUE(value) << text;
    const auto written = writeCanonical(*value, "metadata");
    ASSERT_FALSE(written) << text;
    EXPECT_EQ(written.error().kind(), core::ErrorKind::InvalidInput);
    EXPECT_EQ(written.error().field(), "metadata");
  }
  EXPECT_TRUE(writeCanonical(*parse("[9007199254740992,-9007199254740992]"), "metadata"));
}

TEST(JsonMergePatch, FollowsTheExamplesOfRfc7396) {
  const struct {
    const char* target;
    const char* patch;
    const char* result;
  } kCases[] = {{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
                {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
                {R"({"a":"b"})", R"({"a":null})", R"({})"},
                {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
                {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
                {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
                {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
                {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
                {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
                {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
                {R"({"a":"foo"})", R"(null)", R"(null)"},
                {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
                {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
                {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}};
  for (const auto& one : kCases) EXPECT_EQ(write(mergePatch(*parse(one.target), *parse(one.patch))), one.result) << one.patch;
}

TEST(JsonValue, ReplacesAMemberInItsPlace) {
  Value value;
  value.set("a", 1);
  value.set("b", 2);
  value.set("a", "one");
  EXPECT_EQ(write(value), R"({"a":"one","b":2})");
  EXPECT_EQ(value.find("c"), nullptr);
  EXPECT_EQ(Value(1).find("a"), nullptr);
}

}  // namespace
}  // namespace learnd::json
