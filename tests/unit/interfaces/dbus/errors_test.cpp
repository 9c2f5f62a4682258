#include "interfaces/dbus/errors.hpp"

#include "tests/unit/interfaces/dbus/unsent_message.hpp"

#include <gtest/gtest.h>

#include <map>

namespace learnd::interfaces::dbus {
namespace {

using core::Error;
using core::ErrorKind;

TEST(BusErrors, HaveTheInterfacesNameForEachKind) {
  const std::string prefix = "org.learnd.Learnd1.Error.";
  const std::map<ErrorKind, std::string> names{{ErrorKind::Internal, "Internal"},
                                               {ErrorKind::NotFound, "NotFound"},
                                               {ErrorKind::InvalidInput, "InvalidArgument"},
                                               {ErrorKind::Conflict, "Conflict"},
                                               {ErrorKind::PermissionDenied, "PermissionDenied"},
                                               {ErrorKind::TooLarge, "InvalidArgument"},
                                               {ErrorKind::Busy, "Busy"},
                                               {ErrorKind::Unavailable, "Unavailable"},
                                               {ErrorKind::Timeout, "Timeout"},
                                               {ErrorKind::StorageFull, "Unavailable"}};
  for (const auto& [kind, name] : names) EXPECT_EQ(errorNameOf(kind), prefix + name);
  // The last of the kinds: whoever adds one adds it above too.
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorKind::StorageFull) + 1);
}

TEST(BusErrors, SayTheFieldAndTheIdInTheirText) {
  EXPECT_EQ(errorTextOf(Error::invalidField("metadata.os", "it must be text")), "metadata.os: it must be text");
  EXPECT_EQ(errorTextOf(Error::invalidField("limit", "limit must be at most 100")), "limit must be at most 100");
  EXPECT_EQ(errorTextOf(Error(ErrorKind::Conflict, "it is there already").withId("018f")), "it is there already (018f)");
  EXPECT_EQ(errorTextOf(Error(ErrorKind::Conflict, "018f is there already").withId("018f")), "018f is there already");
}

TEST(BusErrors, AreAnswers) {
  const UnsentMessages messages;
  const auto call = messages.call();
  UnsentMessages::seal(call);
  const auto reply = errorReply(call.get(), Error(ErrorKind::NotFound, "there is no such learning"));
  ASSERT_TRUE(reply);
  const auto* error = sd_bus_message_get_error(reply.get());
  ASSERT_NE(error, nullptr);
  EXPECT_STREQ(error->name, "org.learnd.Learnd1.Error.NotFound");
  EXPECT_STREQ(error->message, "there is no such learning");
}

TEST(BusErrors, AreAnswersAlsoWhereTheirTextIsNone) {
  const UnsentMessages messages;
  const auto call = messages.call();
  UnsentMessages::seal(call);
  const auto reply = errorReply(call.get(), Error(ErrorKind::Internal, "not \xff UTF-8"));
  ASSERT_TRUE(reply);
  EXPECT_STREQ(sd_bus_message_get_error(reply.get())->name, "org.learnd.Learnd1.Error.Internal");
}

}  // namespace
}  // namespace learnd::interfaces::dbus
