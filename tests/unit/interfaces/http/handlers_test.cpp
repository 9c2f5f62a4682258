#include "interfaces/http/openapi.hpp"
#include "json/value.hpp"
#include "tests/unit/interfaces/http/http_harness.hpp"
#include "tests/unit/interfaces/http/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace learnd::interfaces::http {
namespace {

using json::Value;

const Value& described() {
  static const Value document = *json::parse(openApiText());
  return document;
}

const Value* at(const Value* value, std::initializer_list<std::string_view> names) {
  for (const auto name : names) value = value ? value->find(name) : nullptr;
  return value;
}

/// The call that a target belongs to, as openapi.json spells it.
std::string pathOf(std::string target) {
  target = target.substr(0, target.find('?'));
  for (const std::string folder : {"/v1/learnings/", "/v1/jobs/"}) {
    if (target.starts_with(folder)) return folder + "{id}";
  }
  return target;
}

std::string lower(std::string text) {
  for (char& sign : text) sign = static_cast<char>(std::tolower(static_cast<unsigned char>(sign)));
  return text;
}

/// Asks like a client that believes openapi.json, and notes what the answers do not keep of it.
class BelievingClient {
 public:
  explicit BelievingClient(HttpHarness& harness) : client_(harness.connect()) {}

  Answer ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    Answer answer = client_.ask(request(method, target, body));
    const std::string call = method + " " + pathOf(target);
    const Value* operation = at(&described(), {"paths", pathOf(target), lower(method)});
    EXPECT_NE(operation, nullptr) << call;
    if (!operation) return answer;
    const std::string status = std::to_string(answer.status);
    const Value* response = at(operation, {"responses", status});
    seen_.insert(call + " " + (response ? status : "default"));
    if (!response) response = at(operation, {"responses", "default"});
    check(answer, response, call + " " + status);
    return answer;
  }

  [[nodiscard]] const std::set<std::string>& seen() const { return seen_; }

 private:
  static void check(const Answer& answer, const Value* response, const std::string& what) {
    const Value* content = at(response, {"content"});
    if (!content) {
      EXPECT_EQ(answer.body, "") << what;
      return;
    }
    std::string type = answer.fields.at("content-type");
    type = type.substr(0, type.find(';'));
    const Value* schema = at(content, {type, "schema"});
    ASSERT_NE(schema, nullptr) << what << " is " << type;
    if (type != "application/json" && type != "application/problem+json") return;
    const auto value = json::parse(answer.body);
    ASSERT_TRUE(value) << what;
    EXPECT_THAT(violations(*value, *schema, described()), testing::IsEmpty()) << what << "\n" << answer.body;
  }

  TestClient client_;
  std::set<std::string> seen_;
};

std::string textOf(const Answer& answer, std::initializer_list<std::string_view> names) {
  const auto value = json::parse(answer.body);
  const Value* member = value ? at(&*value, names) : nullptr;
  return member && member->asText() ? *member->asText() : std::string();
}

const std::string kSolution =
    R"({"query":"How do I list failed units?","solution":"systemctl --failed","category":"best-practices","metadata":{"os":"nixos"},)"
    R"("source":"test","factors":{"lines_of_code":3,"severity":"high"},"profile":"detailed","important":true,"idempotency_key":"k-1"})";

TEST(OpenApi, TellsTheTruthAboutEveryAnswer) {
  HttpHarness harness;
  BelievingClient client(harness);
  const auto stored = client.ask("POST", "/v1/solutions", kSolution);
  EXPECT_EQ(stored.status, 201);
  const std::string id = textOf(stored, {"id"});
  EXPECT_EQ(client.ask("POST", "/v1/solutions", kSolution).status, 201);
  EXPECT_EQ(client
                .ask("POST", "/v1/solutions",
                     R"({"query":"how do I list FAILED units?","solution":"systemctl --failed","category":"best-practices"})")
                .status,
            200);
  EXPECT_EQ(client.ask("POST", "/v1/solutions", R"({"query":"q"})").status, 422);
  EXPECT_EQ(client.ask("POST", "/v1/failures", R"({"error":"br0 has no carrier"})").status, 201);
  EXPECT_EQ(client.ask("POST", "/v1/failures", R"({"error":"br0 has no carrier","correct_solution":"ConfigureWithoutCarrier=yes"})").status,
            200);
  const std::string pattern =
      R"({"query":"{unit} failed","solution":"restart {unit}","name":"n","pattern_type":"error-fix","keywords":["unit"]})";
  EXPECT_EQ(client.ask("POST", "/v1/patterns", pattern).status, 201);
  EXPECT_EQ(client.ask("POST", "/v1/patterns", pattern).status, 200);
  EXPECT_EQ(
      client
          .ask(
              "POST", "/v1/interactions",
              R"({"query":"Which shell?","response":"bash","context_used":["a text",{"text":"b","score":0.8}],"tokens":{"input":9},"llm_used":"local"})")
          .status,
      201);
  EXPECT_EQ(client.ask("GET", "/v1/learnings?limit=2&order=value").status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/learnings?limit=0").status, 422);
  EXPECT_EQ(client.ask("GET", "/v1/learnings/" + id).status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/learnings/none").status, 404);
  EXPECT_EQ(client.ask("PATCH", "/v1/learnings/" + id, R"({"solution":"systemctl --failed --all","metadata":{"os":null}})").status, 200);
  EXPECT_EQ(client.ask("PATCH", "/v1/learnings/" + id, R"({"uses":9})").status, 422);
  EXPECT_EQ(client.ask("POST", "/v1/search", R"({"query":"failed units","filter":{"source":["test"]},"kinds":["solution"]})").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/score", R"({"factors":{"lines_of_code":33}})").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/feedback", R"({"id":")" + id + R"(","outcome":"success","note":"it helped"})").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/import", "{\"kind\":\"poem\"}\n").status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/export").status, 200);
  harness.onThread([&] { harness.core.index.fault.latency = std::chrono::milliseconds(300); });
  const auto begun = client.ask("POST", "/v1/jobs", R"({"kind":"verify","dry_run":true})");
  EXPECT_EQ(begun.status, 202);
  EXPECT_EQ(client.ask("POST", "/v1/jobs", R"({"kind":"dance"})").status, 422);
  EXPECT_EQ(client.ask("GET", "/v1/jobs").status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/jobs/" + textOf(begun, {"id"})).status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/jobs/none").status, 404);
  EXPECT_EQ(client.ask("DELETE", "/v1/jobs/" + textOf(begun, {"id"})).status, 202);
  harness.onThread([&] { harness.core.index.fault.latency = std::chrono::milliseconds(0); });
  EXPECT_EQ(client.ask("GET", "/v1/quality").status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/doctor").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/index/retry").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/index/retry", "{}").status, 200);
  EXPECT_EQ(client.ask("POST", "/v1/index/retry", R"({"id":"x"})").status, 422);
  EXPECT_EQ(client.ask("POST", "/v1/index/retry", R"({"x":)").status, 400);
  EXPECT_EQ(client.ask("GET", "/v1/stats").status, 200);
  EXPECT_EQ(client.ask("GET", "/metrics").status, 200);
  EXPECT_EQ(client.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(client.ask("GET", "/readyz").status, 200);
  EXPECT_EQ(client.ask("GET", "/openapi.json").status, 200);
  EXPECT_EQ(client.ask("DELETE", "/v1/learnings/" + id).status, 204);
  harness.onThread([&] { harness.core.records.fault.error = core::Error(core::ErrorKind::Unavailable, "down"); });
  EXPECT_EQ(client.ask("GET", "/readyz").status, 503);
  EXPECT_EQ(client.ask("GET", "/v1/doctor").status, 200);
  EXPECT_EQ(client.ask("GET", "/metrics").status, 200);
  for (const auto& [path, item] : *described().find("paths")->asObject()) {
    for (const auto& [method, operation] : *item.asObject()) {
      for (const auto& [status, response] : *operation.find("responses")->asObject()) {
        std::string call = method;
        for (char& sign : call) sign = static_cast<char>(std::toupper(static_cast<unsigned char>(sign)));
        call += " " + path + " " + status;
        EXPECT_TRUE(status == "default" || client.seen().contains(call)) << call << " was never answered";
      }
    }
  }
}

struct BodyCase {
  const char* method;
  const char* path;
  const char* target;
  const char* body;                  // a whole one, without its closing brace
  std::set<std::string> otherNames;  // described, and taken in place of others
};

class RequestBody : public testing::TestWithParam<BodyCase> {};

/// The fields that a call takes, as it says itself where it is given another.
std::set<std::string> fieldsTaken(const std::string& detail) {
  std::set<std::string> names;
  std::istringstream words(detail.substr(detail.find("allowed are ") + 12));
  for (std::string word; words >> word;) names.insert(word.substr(0, word.find(',')));
  return names;
}

TEST_P(RequestBody, TakesTheFieldsThatOpenApiNamesAndNoOthers) {
  HttpHarness harness;
  const BodyCase& one = GetParam();
  const auto answer = harness.connect().ask(request(one.method, one.target, std::string(one.body) + R"("bogus":1})"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(problemField(answer), "bogus");
  const Value* reference =
      at(&described(), {"paths", one.path, lower(one.method), "requestBody", "content", "application/json", "schema", "$ref"});
  ASSERT_NE(reference, nullptr);
  const std::string name = reference->asText()->substr(std::string("#/components/schemas/").size());
  const Value* schema = at(&described(), {"components", "schemas", name});
  ASSERT_NE(schema, nullptr);
  std::set<std::string> told;
  for (const auto& [field, rule] : *schema->find("properties")->asObject()) {
    if (!one.otherNames.contains(field)) told.insert(field);
  }
  EXPECT_EQ(told, fieldsTaken(problemDetail(answer)));
}

INSTANTIATE_TEST_SUITE_P(
    Calls, RequestBody,
    testing::Values(BodyCase{"POST", "/v1/solutions", "/v1/solutions", R"({"query":"q","solution":"s",)", {}},
                    BodyCase{"POST", "/v1/failures", "/v1/failures", R"({"error":"e",)", {"query", "solution"}},
                    BodyCase{"POST", "/v1/patterns", "/v1/patterns", R"({"query":"q","solution":"s",)", {}},
                    BodyCase{"POST", "/v1/interactions", "/v1/interactions", R"({"query":"q","response":"r",)", {}},
                    BodyCase{"POST", "/v1/search", "/v1/search", R"({"query":"q",)", {}},
                    BodyCase{"POST", "/v1/score", "/v1/score", R"({"factors":{},)", {}},
                    BodyCase{
                        "POST", "/v1/feedback", "/v1/feedback", R"({"id":"018f0000-0000-7000-8000-000000000000","outcome":"success",)", {}},
                    BodyCase{"POST", "/v1/jobs", "/v1/jobs", R"({"kind":"verify",)", {}},
                    BodyCase{"PATCH", "/v1/learnings/{id}", "/v1/learnings/018f0000-0000-7000-8000-000000000000", "{", {}}));

TEST(OpenApi, NamesTheParametersOfAList) {
  HttpHarness harness;
  const auto answer = harness.connect().ask(request("GET", "/v1/learnings?bogus=1"));
  std::set<std::string> told;
  for (const Value& parameter : *at(&described(), {"paths", "/v1/learnings", "get", "parameters"})->asArray()) {
    told.insert(*parameter.find("name")->asText());
  }
  EXPECT_EQ(told, fieldsTaken(problemDetail(answer)));
}

TEST(HttpMetrics, AreWellFormedAndCountWhatWasAsked) {
  HttpHarness harness;
  auto client = harness.connect();
  client.ask(request("GET", "/healthz"));
  client.ask(request("GET", "/nothing"));
  client.ask(request("POST", "/v1/solutions", kSolution));
  const auto answer = client.ask(request("GET", "/metrics"));
  EXPECT_EQ(answer.fields.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  std::istringstream lines(answer.body);
  const std::string sample = R"(^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? ([-+0-9.e]+|NaN)$)";
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(line.starts_with("# ") || matches(line, sample)) << line;
  for (const char* expected :
       {"learnd_http_requests_total{method=\"GET\",path=\"/healthz\",status=\"200\"} 1\n",
        "learnd_http_requests_total{method=\"\",path=\"\",status=\"404\"} 1\n", "learnd_http_connections 1\n",
        "learnd_http_request_seconds_count{method=\"POST\",path=\"/v1/solutions\"} 1\n", "learnd_learnings 1\n",
        "learnd_learnings_by_kind{kind=\"solution\"} 1\n", "learnd_backend_up{seam=\"store\",backend=\"memory\"} 1\n"}) {
    EXPECT_NE(answer.body.find(expected), std::string::npos) << expected;
  }
}

TEST(HttpReadiness, IsDegradedWithoutAnEmbedderAndDownOnlyWithoutTheStore) {
  HttpHarness harness;
  auto client = harness.connect();
  harness.onThread([&] { harness.core.embedder.fault.error = core::Error(core::ErrorKind::Unavailable, "no model"); });
  const auto degraded = client.ask(request("GET", "/readyz"));
  EXPECT_EQ(degraded.status, 200);
  EXPECT_EQ(textOf(degraded, {"status"}), "degraded");
  EXPECT_EQ(textOf(degraded, {"embedder", "detail"}), "no model");
  harness.onThread([&] { harness.core.records.fault.error = core::Error(core::ErrorKind::Unavailable, "down"); });
  EXPECT_EQ(client.ask(request("GET", "/readyz")).status, 503);
}

}  // namespace
}  // namespace learnd::interfaces::http
