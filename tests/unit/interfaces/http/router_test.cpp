#include "interfaces/http/router.hpp"

#include "interfaces/http/openapi.hpp"
#include "json/value.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>

namespace learnd::interfaces::http {
namespace {

TEST(HttpRouter, FindsEveryCallByItsMethodAndPath) {
  for (const Route& route : routes()) {
    std::string path(route.path);
    if (const auto place = path.find("{id}"); place != std::string::npos) path.replace(place, 4, "a%20b");
    const auto match = findRoute(route.method, path);
    ASSERT_EQ(match.route, &route) << route.method << " " << route.path;
    EXPECT_EQ(match.id, route.path.ends_with("{id}") ? "a%20b" : "");
  }
}

TEST(HttpRouter, HasOneHandlerForEveryCall) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Route& route : routes()) {
    EXPECT_EQ((route.immediate ? 1 : 0) + (route.handler ? 1 : 0) + (route.stream ? 1 : 0), 1) << route.path;
    EXPECT_TRUE(seen.emplace(route.method, route.path).second) << route.path;
  }
}

TEST(HttpRouter, FindsNoOtherPath) {
  for (const char* path :
       {"", "/", "/v1", "/v1/learnings/", "/v1/learnings/a/b", "/v1/learningsx", "/v1/search/", "/V1/search", "healthz", "*"}) {
    const auto match = findRoute("GET", path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_EQ(answerTo(match).status, 404) << path;
  }
}

TEST(HttpRouter, TakesHeadForGet) {
  EXPECT_EQ(findRoute("HEAD", "/healthz").route, findRoute("GET", "/healthz").route);
  const auto match = findRoute("HEAD", "/v1/search");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(answerTo(match).status, 405);
  EXPECT_EQ(answerTo(match).allow, "POST");
}

TEST(OpenApi, DescribesTheCallsOfTheRouterAndNoOthers) {
  const auto described = json::parse(openApiText());
  ASSERT_TRUE(described) << described.error().message();
  std::set<std::string> told;
  for (const auto& [path, item] : *described->find("paths")->asObject()) {
    for (const auto& [method, operation] : *item.asObject()) {
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char sign) { return static_cast<char>(std::toupper(sign)); });
      if (method != "parameters") told.insert(upper + " " + path);
    }
  }
  std::set<std::string> answered;
  for (const Route& route : routes()) answered.insert(std::string(route.method) + " " + std::string(route.path));
  EXPECT_EQ(told, answered);
}

TEST(OpenApi, IsServedAsItStandsInItsFile) {
  std::ifstream file("src/interfaces/http/openapi.json");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(openApiText(), text.str());
}

}  // namespace
}  // namespace learnd::interfaces::http
