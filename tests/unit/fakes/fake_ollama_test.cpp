#include "tests/fakes/ollama/fake_ollama.hpp"

#include "adapters/http_client/http_client.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/fakes/ollama_facts.hpp"
#include "tests/wait_until.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <thread>

namespace learnd::fakes {
namespace {

using json::Value;

class Client {
 public:
  explicit Client(const std::string& url) : client_(*http_client::parseUrl(url), settings()) {}

  core::Result<http_client::Response> trySend(const OllamaFact& fact) {
    http_client::Request request;
    request.method = fact.method;
    request.target = fact.path;
    request.body = fact.body;
    request.headers = fact.headers;
    request.deadline = std::chrono::seconds(30);
    return runTask(loop_, client_.send(std::move(request)));
  }
  http_client::Response send(const OllamaFact& fact) {
    auto response = trySend(fact);
    if (!response) throw std::runtime_error(response.error().message());
    return *response;
  }
  http_client::Response post(const std::string& path, const std::string& body) { return send({"", "POST", path, body, {}, {}}); }
  Value embed(const std::string& body) { return *json::parse(post("/api/embed", body).body); }

 private:
  static http_client::ClientSettings settings() {
    http_client::ClientSettings settings;
    settings.retries = 0;
    return settings;
  }
  boost::asio::io_context loop_;
  http_client::HttpClient client_;
};

/// What lies at "a.0.b" (a dot in a name is written "\."); null where nothing does.
const Value* at(const Value& value, const std::string& path) {
  const Value* found = &value;
  std::string name;
  for (std::size_t i = 0; i <= path.size() && found != nullptr; ++i) {
    if (i < path.size() && path[i] == '\\') {
      name += path[++i];
    } else if (i < path.size() && path[i] != '.') {
      name += path[i];
    } else {
      const auto* items = found->asArray();
      const bool isPlace = items != nullptr && !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) != 0;
      if (isPlace) {
        found = std::stoul(name) < items->size() ? &(*items)[std::stoul(name)] : nullptr;
      } else {
        found = found->find(name);
      }
      name.clear();
    }
  }
  return found;
}

std::vector<double> numbers(const Value& vector) {
  std::vector<double> all;
  for (const Value& part : *vector.asArray()) all.push_back(part.number());
  return all;
}

void expectVectors(const Value& expected, const Value& answer) {
  const Value* count = expected.find("vectors");
  if (count == nullptr) return;
  ASSERT_NE(answer.find("embeddings"), nullptr);
  const auto& vectors = *answer.find("embeddings")->asArray();
  EXPECT_EQ(static_cast<std::int64_t>(vectors.size()), *count->asInteger());
  for (const Value& vector : vectors) {
    const auto parts = numbers(vector);
    if (const Value* dimensions = expected.find("dimensions")) {
      EXPECT_EQ(static_cast<std::int64_t>(parts.size()), *dimensions->asInteger());
    }
    EXPECT_NEAR(std::inner_product(parts.begin(), parts.end(), parts.begin(), 0.0), 1, 1e-5);
  }
  if (const Value* tokens = expected.find("tokens")) {
    ASSERT_NE(answer.find("prompt_eval_count"), nullptr);
    EXPECT_EQ(*answer.find("prompt_eval_count"), *tokens);
  }
}

void expectMembers(const Value& expected, const Value& answer) {
  if (const Value* error = expected.find("error")) {
    EXPECT_EQ(*answer.find("error"), *error);
  }
  if (const Value* members = expected.find("members")) {
    for (const Value& path : *members->asArray()) EXPECT_NE(at(answer, *path.asText()), nullptr) << *path.asText();
  }
  if (const Value* absent = expected.find("absent")) {
    for (const Value& path : *absent->asArray()) EXPECT_EQ(at(answer, *path.asText()), nullptr) << *path.asText();
  }
  if (const Value* values = expected.find("values")) {
    for (const auto& [path, value] : *values->asObject()) {
      ASSERT_NE(at(answer, path), nullptr) << path;
      EXPECT_EQ(*at(answer, path), value) << path;
    }
  }
  if (const Value* digits = expected.find("digests")) {
    for (const Value& model : *answer.find("models")->asArray()) {
      EXPECT_EQ(static_cast<std::int64_t>(model.find("digest")->asText()->size()), *digits->asInteger());
    }
  }
}

void expectFact(Client& client, const OllamaFact& fact) {
  SCOPED_TRACE(fact.what + " " + fact.body.substr(0, 200));
  const auto response = client.send(fact);
  const Value& expected = fact.expected;
  EXPECT_EQ(static_cast<std::int64_t>(response.status), *expected.find("status")->asInteger());
  if (const Value* type = expected.find("type")) {
    EXPECT_EQ(response.contentType, *type->asText());
  }
  if (const Value* text = expected.find("text")) {
    EXPECT_EQ(response.body, *text->asText());
  }
  if (!response.contentType.starts_with("application/json")) return;
  const auto answer = json::parse(response.body);
  ASSERT_TRUE(answer) << response.body.substr(0, 200);
  expectVectors(expected, *answer);
  expectMembers(expected, *answer);
}

std::string question(const std::string& input, const std::string& more = "") {
  return R"({"model":"tiny-bert","input":)" + input + more + "}";
}

TEST(FakeOllama, AnswersAsTheRealOneWasSeenTo) {
  FakeOllama ollama;
  Client client(ollama.url());
  const auto facts = readFacts("tests/data/ollama_facts.json");
  ASSERT_GT(facts.size(), 50U);
  for (const OllamaFact& fact : facts) expectFact(client, fact);
}

// Apart: they are not in the repository.
TEST(LargerRecordings, AreWhatTheFakeAnswers) {
  FakeOllama ollama;
  Client client(ollama.url());
  const char* named = std::getenv("OLLAMA_RECORDINGS");
  ASSERT_NE(named, nullptr) << "OLLAMA_RECORDINGS names no folder";
  const std::filesystem::path folder = named;
  std::size_t facts = 0;
  for (const char* name : {"ollama-embed.txt", "ollama-embed-edges.txt", "ollama-threads.txt", "ollama-loading.txt"}) {
    for (const OllamaFact& fact : readRecording(folder / name)) {
      expectFact(client, fact);
      ++facts;
    }
  }
  EXPECT_GT(facts, 40U);
}

TEST(FakeOllama, GivesATextTheSameVectorAloneAndInABatch) {
  FakeOllama ollama;
  Client client(ollama.url());
  const Value alone = client.embed(question(R"("how to list open ports")"));
  const Value together = client.embed(question(R"(["something else", "how to list open ports"])"));
  EXPECT_EQ((*alone.find("embeddings")->asArray())[0], (*together.find("embeddings")->asArray())[1]);
}

TEST(FakeOllama, PutsTextsThatShareWordsNearEachOther) {
  FakeOllama ollama;
  Client client(ollama.url());
  const Value answer = client.embed(question(R"(["list open network ports", "list all open ports", "rename a git branch"])"));
  const auto& vectors = *answer.find("embeddings")->asArray();
  const auto first = numbers(vectors[0]);
  const auto near = numbers(vectors[1]);
  const auto far = numbers(vectors[2]);
  EXPECT_GT(std::inner_product(first.begin(), first.end(), near.begin(), 0.0), 0.5);
  EXPECT_LT(std::inner_product(first.begin(), first.end(), far.begin(), 0.0), 0.3);
}

TEST(FakeOllama, LoadsAModelForOtherOptionsAnew) {
  FakeOllama ollama;
  Client client(ollama.url());
  client.embed(question("\"a\""));
  client.embed(question("\"a\""));
  EXPECT_EQ(ollama.figures().loads, 1U);
  const Value anew = client.embed(question("\"a\"", R"(,"options":{"num_thread":2})"));
  EXPECT_EQ(ollama.figures().loads, 2U);
  EXPECT_GT(*anew.find("load_duration")->asInteger(), 100000000);
}

TEST(FakeOllama, AnswersWhatIsCheapWhileAModelIsLoaded) {
  FakeOllama ollama;
  ollama.setSpeed({std::chrono::milliseconds(3000), {}, {}});
  std::atomic<bool> loaded = false;
  std::thread asking([&] {
    Client(ollama.url()).embed(question("\"a\""));
    loaded = true;
  });
  EXPECT_TRUE(tests::comesTrue([&] { return ollama.figures().requests.size() == 1; }));
  Client client(ollama.url());
  EXPECT_EQ(client.send({"", "GET", "/api/version", "", {}, {}}).status, 200U);
  EXPECT_NE(client.send({"", "GET", "/api/ps", "", {}, {}}).body.find("tiny-bert:latest"), std::string::npos);
  EXPECT_FALSE(loaded);
  asking.join();
}

TEST(FakeOllama, TakesNoMoreRequestsForAModelThatIsLoadedThanItsQueueHolds) {
  FakeOllama ollama;
  ollama.setSpeed({std::chrono::milliseconds(3000), {}, {}});
  ollama.setLongestQueue(2);
  std::vector<std::thread> waiting;
  for (std::size_t i = 1; i <= 3; ++i) {
    waiting.emplace_back([&] { EXPECT_EQ(Client(ollama.url()).post("/api/embed", question("\"a\"")).status, 200U); });
    EXPECT_TRUE(tests::comesTrue([&] { return ollama.figures().requests.size() == i; }));
  }
  const auto refused = Client(ollama.url()).post("/api/embed", question("\"a\""));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.body, R"({"error":"server busy, please try again.  maximum pending requests exceeded"})");
  for (auto& one : waiting) one.join();
}

TEST(FakeOllama, LooksAtTheTypeOfEachOptionThatIsANumber) {
  FakeOllama ollama;
  Client client(ollama.url());
  for (const std::string name : {"num_ctx", "num_batch", "num_gpu", "num_thread"}) {
    const auto answer = client.post("/api/embed", question("\"a\"", R"(,"options":{")" + name + R"(":"2"})"));
    EXPECT_EQ(answer.status, 500U);
    EXPECT_NE(answer.body.find(name + "\\\" must be of type integer"), std::string::npos) << answer.body;
  }
}

TEST(FakeOllama, DoesWhatAFaultSaysUntilItIsTakenAway) {
  FakeOllama ollama;
  Client client(ollama.url());
  const auto broken = [&](const std::string& kind) {
    EXPECT_EQ(client.post("/fault", R"({"kind":")" + kind + "\"}").status, 200U);
    return client.trySend({"", "POST", "/api/embed", question("\"a\""), {}, {}});
  };
  EXPECT_EQ(broken("500")->status, 500U);
  EXPECT_EQ(broken("429")->status, 429U);
  EXPECT_FALSE(json::parse(broken("garbage")->body));
  for (const char* kind : {"noise", "half", "reset"}) EXPECT_FALSE(broken(kind)) << kind;
  EXPECT_EQ(broken("none")->status, 200U);
  EXPECT_EQ(client.post("/fault", R"({"kind":"missing","model":"tiny-bert"})").status, 200U);
  EXPECT_EQ(client.post("/api/embed", question("\"a\"")).status, 404U);
  EXPECT_EQ(broken("none")->status, 200U);
}

}  // namespace
}  // namespace learnd::fakes
