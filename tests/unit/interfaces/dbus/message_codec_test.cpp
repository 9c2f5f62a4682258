#include "interfaces/dbus/message_reader.hpp"
#include "interfaces/dbus/message_writer.hpp"

#include "tests/unit/interfaces/dbus/unsent_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace learnd::interfaces::dbus {
namespace {

using json::Value;

class MessageCodec : public testing::Test {
 protected:
  /// A message with one a{sv}, appended as sd_bus_message_append(3) takes it.
  template <class... Arguments>
  BusMessage received(const char* signature, Arguments... arguments) {
    auto message = messages_.call();
    if (sd_bus_message_append(message.get(), signature, arguments...) < 0) throw std::runtime_error("can't append");
    UnsentMessages::seal(message);
    return message;
  }

  static Value membersOf(const BusMessage& message) {
    MessageReader reader(message.get());
    auto members = reader.members("");
    const auto read = reader.finish();
    EXPECT_TRUE(read) << (read ? "" : read.error().message());
    return members;
  }

  static core::Error errorOf(const BusMessage& message, const std::string& path = "") {
    MessageReader reader(message.get());
    reader.members(path);
    const auto read = reader.finish();
    EXPECT_FALSE(read);
    return read ? core::Error() : read.error();
  }

  Value thereAndBack(const Value& value) {
    auto message = messages_.call();
    MessageWriter writer(message.get());
    writer.members(value);
    EXPECT_TRUE(writer.finish());
    UnsentMessages::seal(message);
    return membersOf(message);
  }

  /// What the members look like on the bus: the signature of each variant.
  std::string signaturesOf(const Value& value) {
    auto message = messages_.call();
    MessageWriter writer(message.get());
    writer.members(value);
    EXPECT_TRUE(writer.finish());
    UnsentMessages::seal(message);
    std::string signatures;
    EXPECT_GT(sd_bus_message_enter_container(message.get(), 'a', "{sv}"), 0);
    while (sd_bus_message_enter_container(message.get(), 'e', "sv") > 0) {
      const char* name = nullptr;
      const char* contents = nullptr;
      sd_bus_message_read_basic(message.get(), 's', &name);
      sd_bus_message_peek_type(message.get(), nullptr, &contents);
      signatures += std::string(name) + "=" + contents + " ";
      sd_bus_message_skip(message.get(), "v");
      sd_bus_message_exit_container(message.get());
    }
    return signatures;
  }

  UnsentMessages messages_;
};

TEST_F(MessageCodec, ReadsNumbersOfEveryWidth) {
  const auto message = received("a{sv}", 8, "y", "y", 255, "n", "n", -300, "q", "q", 65535, "i", "i", -70000, "u", "u", 4000000000U, "x",
                                "x", std::int64_t{INT64_MIN}, "t", "t", std::uint64_t{UINT64_MAX}, "d", "d", 0.5);
  Value expected;
  expected.set("y", 255);
  expected.set("n", -300);
  expected.set("q", 65535);
  expected.set("i", -70000);
  expected.set("u", std::int64_t{4000000000});
  expected.set("x", std::int64_t{INT64_MIN});
  expected.set("t", std::uint64_t{UINT64_MAX});
  expected.set("d", 0.5);
  EXPECT_EQ(membersOf(message), expected);
}

TEST_F(MessageCodec, ReadsTextsFlagsListsAndDictionaries) {
  const auto message = received("a{sv}", 7, "s", "s", "text", "o", "o", "/a/b", "g", "g", "a{sv}", "b", "b", 1, "as", "as", 2, "one", "two",
                                "ad", "ad", 1, 2.5, "dict", "a{ss}", 1, "key", "value");
  Value dictionary;
  dictionary.set("key", "value");
  Value expected;
  expected.set("s", "text");
  expected.set("o", "/a/b");
  expected.set("g", "a{sv}");
  expected.set("b", true);
  expected.set("as", Value::Array{"one", "two"});
  expected.set("ad", Value::Array{2.5});
  expected.set("dict", dictionary);
  EXPECT_EQ(membersOf(message), expected);
}

TEST_F(MessageCodec, ReadsNestedVariantsAndDictionaries) {
  const auto message = received("a{sv}", 2, "list", "av", 3, "i", 1, "v", "s", "two", "a{sv}", 1, "three", "i", 3, "object", "a{sv}", 1,
                                "inner", "a{sv}", 0);
  EXPECT_EQ(json::write(membersOf(message)), R"({"list":[1,"two",{"three":3}],"object":{"inner":{}}})");
}

TEST_F(MessageCodec, ReadsTheEmptySignatureAsNull) {
  const auto message = received("a{sv}", 1, "gone", "g", "");
  EXPECT_EQ(json::write(membersOf(message)), R"({"gone":null})");
}

TEST_F(MessageCodec, ReadsPlainArgumentsInTheirOrder) {
  const auto message = received("sasud", "query", 2, "a", "b", 7U, 0.25);
  MessageReader reader(message.get());
  EXPECT_EQ(reader.text(), "query");
  EXPECT_EQ(reader.texts(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reader.whole(), 7U);
  EXPECT_EQ(reader.number(), 0.25);
  EXPECT_TRUE(reader.finish());
}

TEST_F(MessageCodec, CanBeReadAgainAfterARewind) {
  const auto message = received("a{sv}", 1, "a", "i", 1);
  EXPECT_EQ(json::write(membersOf(message)), R"({"a":1})");
  sd_bus_message_rewind(message.get(), 1);
  EXPECT_EQ(json::write(membersOf(message)), R"({"a":1})");
}

TEST_F(MessageCodec, NamesTheMemberOfATypeThatItDoesNotTake) {
  const auto structure = errorOf(received("a{sv}", 2, "a", "i", 1, "pair", "(ii)", 1, 2), "metadata");
  EXPECT_EQ(structure.kind(), core::ErrorKind::InvalidInput);
  EXPECT_EQ(structure.field(), "metadata.pair");
  EXPECT_EQ(errorOf(received("a{sv}", 1, "inner", "a{sv}", 1, "map", "a{is}", 1, 1, "one")).field(), "inner.map");
}

TEST_F(MessageCodec, TakesNoNumberThatIsNone) {
  for (const double number : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const auto error = errorOf(received("a{sv}", 1, "score", "d", number));
    EXPECT_EQ(error.field(), "score");
    EXPECT_EQ(error.kind(), core::ErrorKind::InvalidInput);
  }
}

TEST_F(MessageCodec, TakesNoMemberTwice) { EXPECT_EQ(errorOf(received("a{sv}", 2, "a", "i", 1, "a", "i", 2)).field(), "a"); }

TEST_F(MessageCodec, LimitsWhatItReads) {
  const std::string half(600 * 1024, 'x');
  EXPECT_EQ(errorOf(received("a{sv}", 2, "a", "s", half.c_str(), "b", "s", half.c_str())).kind(), core::ErrorKind::TooLarge);
  // Small values count too: they cost more as JSON than on the bus.
  auto many = messages_.call();
  const std::vector<std::uint8_t> bytes(200 * 1024, 7);
  sd_bus_message_open_container(many.get(), 'a', "{sv}");
  sd_bus_message_open_container(many.get(), 'e', "sv");
  sd_bus_message_append(many.get(), "s", "bytes");
  sd_bus_message_open_container(many.get(), 'v', "ay");
  sd_bus_message_append_array(many.get(), 'y', bytes.data(), bytes.size());
  for (int i = 0; i < 3; ++i) sd_bus_message_close_container(many.get());
  UnsentMessages::seal(many);
  EXPECT_EQ(errorOf(many).kind(), core::ErrorKind::TooLarge);
}

TEST_F(MessageCodec, WritesEachValueAsItsType) {
  Value object;
  object.set("flag", true);
  object.set("whole", -3);
  object.set("large", std::uint64_t{UINT64_MAX});
  object.set("real", 0.5);
  object.set("text", "t");
  object.set("gone", nullptr);
  object.set("texts", Value::Array{"a", "b"});
  object.set("nothing", Value::Array{});
  object.set("mixed", Value::Array{"a", 1});
  object.set("inner", Value(Value::Object{}));
  EXPECT_EQ(signaturesOf(object), "flag=b whole=x large=t real=d text=s texts=as nothing=as mixed=av inner=a{sv} ");
}

TEST_F(MessageCodec, GivesBackWhatWasWritten) {
  const auto value = json::parse(R"({"b":false,"n":[1,2.5,"x",[true],{"k":"v"}],"o":{"p":{"q":[]}},"u":"grüße ☃","e":""})").value();
  EXPECT_EQ(thereAndBack(value), value);
}

TEST_F(MessageCodec, LeavesNullsOut) {
  EXPECT_EQ(json::write(thereAndBack(json::parse(R"({"a":null,"l":[1,null,2],"t":["x",null]})").value())), R"({"l":[1,2],"t":["x"]})");
}

TEST_F(MessageCodec, CutsNoTextAtANul) {
  Value object;
  object.set("text", std::string("before\0after", 12));
  EXPECT_EQ(*thereAndBack(object).find("text")->asText(),
            "before\xef\xbf\xbd"
            "after");
}

TEST_F(MessageCodec, WritesWhatIsTooDeepAsItsJson) {
  std::string text = "1";
  for (int i = 0; i < 30; ++i) text = "{\"a\":" + text + "}";
  const Value back = thereAndBack(json::parse(text).value());
  const Value* inner = &back;
  int levels = 0;
  for (; inner->asObject() != nullptr; ++levels) inner = inner->find("a");
  EXPECT_EQ(levels, 19);
  ASSERT_NE(inner->asText(), nullptr);
  EXPECT_EQ(inner->asText()->substr(0, 12), R"({"a":{"a":{")");
}

TEST_F(MessageCodec, WritesNoMessageThatTheBusWouldRefuse) {
  Value object;
  object.set("text", std::string(1024 * 1024, 'x'));
  auto message = messages_.call();
  MessageWriter writer(message.get());
  writer.openArray("a{sv}");
  for (int i = 0; i < 20; ++i) writer.members(object);
  writer.close();
  const auto written = writer.finish();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind(), core::ErrorKind::TooLarge);
}

TEST_F(MessageCodec, WritesNothingForWhatIsNoObject) { EXPECT_EQ(json::write(thereAndBack(Value(1))), "{}"); }

}  // namespace
}  // namespace learnd::interfaces::dbus
