#include "json/object_reader.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace learnd::json {
namespace {

Value read(std::string_view text) { return *parse(text); }

core::Error errorOf(ObjectReader& reader) {
  auto end = reader.finish();
  return end ? core::Error(core::ErrorKind::Internal, "no error") : end.error();
}

TEST(ObjectReader, ReadsWhatIsThereAndTakesNullAsAbsent) {
  const Value value = read(R"({"t":"text","b":true,"n":0.5,"i":7,"f":7.0,"l":["a","b"],"o":{"x":1},"z":null})");
  ObjectReader reader(value);
  EXPECT_EQ(reader.requiredText("t", 10), "text");
  EXPECT_EQ(reader.boolean("b"), true);
  EXPECT_EQ(reader.number("n", 0, 1), 0.5);
  EXPECT_EQ(reader.integer("i", 0, 10), 7);
  EXPECT_EQ(reader.integer("f", 0, 10), 7);
  EXPECT_EQ(reader.texts("l", 2, 1), (std::vector<std::string>{"a", "b"}));
  ASSERT_NE(reader.object("o"), nullptr);
  EXPECT_EQ(reader.text("z", 10), std::nullopt);
  EXPECT_TRUE(reader.has("z"));
  EXPECT_FALSE(reader.has("y"));
  EXPECT_TRUE(reader.finish());
}

TEST(ObjectReader, NamesTheFieldByItsPath) {
  const Value value = read(R"({"severity":5})");
  ObjectReader reader(value, "factors");
  reader.text("severity", 10);
  EXPECT_EQ(errorOf(reader).field(), "factors.severity");
}

TEST(ObjectReader, NamesTheLimitThatATextPasses) {
  const Value value(Value::Object{{"query", Value(std::string(8193, 'q'))}});
  ObjectReader reader(value);
  reader.text("query", 8192);
  const auto error = errorOf(reader);
  EXPECT_EQ(error.kind(), core::ErrorKind::TooLarge);
  EXPECT_EQ(error.field(), "query");
  EXPECT_EQ(error.message(), "query is longer than 8192 bytes (8 KiB)");
}

TEST(ObjectReader, RefusesNulAndBlankWhereTextIsRequired) {
  const Value value = read(R"({"nul":"a\u0000b","blank":" \t\n","null":null})");
  for (const char* name : {"nul", "blank", "null", "absent"}) {
    ObjectReader reader(value);
    reader.requiredText(name, 100);
    for (const char* known : {"nul", "blank", "null"}) reader.ignore(known);
    EXPECT_EQ(errorOf(reader).field(), name);
  }
}

TEST(ObjectReader, RefusesNumbersOutOfTheirRange) {
  const Value value = read(R"({"n":2,"i":101,"h":1.5,"big":18446744073709551616,"e":1e300,"t":"5"})");
  const auto infinity = std::numeric_limits<double>::infinity();
  const auto fieldOf = [&value](auto ask) {
    ObjectReader reader(value);
    ask(reader);
    return errorOf(reader).field();
  };
  EXPECT_EQ(fieldOf([](ObjectReader& reader) { reader.number("n", 0, 1); }), "n");
  EXPECT_EQ(fieldOf([infinity](ObjectReader& reader) { reader.number("t", 0, infinity); }), "t");
  EXPECT_EQ(fieldOf([](ObjectReader& reader) { reader.integer("i", 1, 100); }), "i");
  EXPECT_EQ(fieldOf([](ObjectReader& reader) { reader.integer("h", 1, 100); }), "h");
  EXPECT_EQ(fieldOf([](ObjectReader& reader) { reader.integer("big", 0, std::numeric_limits<std::int64_t>::max()); }), "big");
  EXPECT_EQ(fieldOf([](ObjectReader& reader) { reader.integer("e", 0, std::numeric_limits<std::int64_t>::max()); }), "e");
}

TEST(ObjectReader, NamesTheItemAtFault) {
  const Value value = read(R"({"list":["a",1]})");
  ObjectReader reader(value);
  reader.texts("list", 10, 10);
  EXPECT_EQ(errorOf(reader).field(), "list[1]");
  ObjectReader shorter(value);
  shorter.texts("list", 1, 10);
  EXPECT_EQ(errorOf(shorter).kind(), core::ErrorKind::TooLarge);
}

TEST(ObjectReader, RefusesMembersThatNobodyAskedFor) {
  const Value value = read(R"({"a":1,"bogus":null})");
  ObjectReader reader(value);
  reader.integer("a", 0, 1);
  reader.text("b", 1);
  const auto error = errorOf(reader);
  EXPECT_EQ(error.field(), "bogus");
  EXPECT_NE(error.message().find("a, b"), std::string::npos);
}

TEST(ObjectReader, KeepsTheFirstError) {
  const Value value = read(R"({"a":1,"b":1})");
  ObjectReader reader(value);
  reader.text("b", 1);
  reader.text("a", 1);
  EXPECT_EQ(errorOf(reader).field(), "b");
}

TEST(ObjectReader, RefusesWhatIsNoObject) {
  const Value list = read("[]");
  ObjectReader top(list);
  EXPECT_EQ(top.text("a", 1), std::nullopt);
  EXPECT_EQ(errorOf(top).field(), "");
  ObjectReader inner(list, "metadata");
  EXPECT_EQ(errorOf(inner).field(), "metadata");
}

}  // namespace
}  // namespace learnd::json
