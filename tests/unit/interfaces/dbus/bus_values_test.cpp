#include "interfaces/dbus/bus_values.hpp"

#include "interfaces/dbus/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace learnd::interfaces::dbus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(BusValues, GiveAListsFilterAsTheParametersOfHttp) {
  const auto filter =
      json::parse(R"({"category":"nix","limit":20,"min_value":0.5,"important":true,"kind":["solution","failure"],"cursor":""})").value();
  const auto parameters = parametersOf(filter);
  ASSERT_TRUE(parameters);
  EXPECT_THAT(*parameters, ElementsAre(Pair("category", "nix"), Pair("limit", "20"), Pair("min_value", "0.5"), Pair("important", "true"),
                                       Pair("kind", "solution,failure")));
}

TEST(BusValues, NameTheFilterThatIsNoParameter) {
  EXPECT_EQ(parametersOf(json::parse(R"({"metadata":{"os":"nixos"}})").value()).error().field(), "metadata");
  EXPECT_EQ(parametersOf(json::parse(R"({"kind":["solution",1]})").value()).error().field(), "kind");
  EXPECT_EQ(parametersOf(json::parse(R"({"since":null})").value()).error().field(), "since");
}

TEST(BusValues, TakeAnEmptyTextForNotGiven) {
  auto body = json::parse(R"({"category":"","query":"q"})").value();
  EXPECT_TRUE(dropEmpty(body, "category"));
  EXPECT_FALSE(dropEmpty(body, "category"));
  EXPECT_FALSE(dropEmpty(body, "query"));
  setUnlessEmpty(body, "root_cause", "");
  setUnlessEmpty(body, "solution", "s");
  EXPECT_EQ(json::write(body), R"({"query":"q","solution":"s"})");
}

TEST(BusValues, MoveMembers) {
  auto from = json::parse(R"({"profile":"detailed","is_novel":true})").value();
  json::Value to;
  moveMember(from, "profile", to);
  moveMember(from, "weight_set", to);
  EXPECT_EQ(json::write(from), R"({"is_novel":true})");
  EXPECT_EQ(json::write(to), R"({"profile":"detailed"})");
}

TEST(Figures, NameThePropertiesThatDiffer) {
  const Figures before;
  EXPECT_THAT(differences(before, before), IsEmpty());
  const Figures now{1, 2, false, 0.5, "low"};
  EXPECT_THAT(differences(before, now), ElementsAre("LearningCount", "PendingIndex", "Degraded", "AverageRelevance", "QualityBand"));
  Figures counted = before;
  counted.learnings = 7;
  EXPECT_THAT(differences(before, counted), ElementsAre("LearningCount"));
}

}  // namespace
}  // namespace learnd::interfaces::dbus
