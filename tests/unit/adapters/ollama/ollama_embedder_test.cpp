#include "adapters/ollama/ollama_embedder.hpp"

#include "tests/fakes/ollama/fake_ollama.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/scripted_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <numeric>

namespace learnd::ollama {
namespace {

using core::ErrorKind;
using fakes::ListenerFault;
using ports::Priority;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Answer = core::Result<std::vector<ports::Embedding>>;

constexpr const char* kModel = "nomic-embed-text";

EmbedderOptions quickOptions(const std::string& url) {
  EmbedderOptions options;
  options.url = *http_client::parseUrl(url);
  options.model = kModel;
  options.patience.cheap = milliseconds(150);
  options.patience.suspicious = milliseconds(100);
  options.patience.search = milliseconds(250);
  options.patience.word = milliseconds(0);
  return options;
}

boost::asio::awaitable<void> into(ports::Embedder& embedder, std::vector<std::string> texts, Priority priority,
                                  std::shared_ptr<Answer> result, std::shared_ptr<steady_clock::time_point> at) {
  auto answer = co_await embedder.embed(std::move(texts), priority);
  *result = std::move(answer);
  *at = steady_clock::now();
}

/// A call that goes on while a test does other things.
struct Call {
  std::shared_ptr<Answer> answer = std::make_shared<Answer>(core::Error(ErrorKind::Internal, "it has not ended"));
  std::shared_ptr<steady_clock::time_point> ended = std::make_shared<steady_clock::time_point>();
  steady_clock::time_point began = steady_clock::now();

  [[nodiscard]] bool over() const { return *ended != steady_clock::time_point(); }
  [[nodiscard]] milliseconds took() const { return std::chrono::duration_cast<milliseconds>(*ended - began); }
};

class OllamaEmbedderTest : public testing::Test {
 protected:
  OllamaEmbedderTest() { make(quickOptions(server_.url())); }

  void make(const EmbedderOptions& options) { embedder_ = std::make_unique<OllamaEmbedder>(options); }

  Answer embed(std::vector<std::string> texts, Priority priority = Priority::Search) {
    return fakes::runTask(loop_, embedder_->embed(std::move(texts), priority));
  }
  core::Result<ports::EmbedderIdentity> identity() { return fakes::runTask(loop_, embedder_->identity()); }
  ports::EmbedderStatus status() { return *fakes::runTask(loop_, embedder_->status()); }
  Call begin(std::vector<std::string> texts, Priority priority) {
    Call call;
    boost::asio::co_spawn(loop_, into(*embedder_, std::move(texts), priority, call.answer, call.ended), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
    return call;
  }
  void finish(const Call& call) {
    loop_.restart();
    while (!call.over() && loop_.run_one() > 0) {
    }
  }
  void pass(milliseconds time) {
    loop_.restart();
    loop_.run_for(time);
  }
  void expectUnavailable(const Answer& answer, const std::string& about) {
    ASSERT_FALSE(answer) << about;
    EXPECT_EQ(answer.error().kind(), ErrorKind::Unavailable) << answer.error().message();
    EXPECT_NE(answer.error().message().find(about), std::string::npos) << answer.error().message();
  }

  boost::asio::io_context loop_;
  fakes::FakeOllama server_;
  std::unique_ptr<OllamaEmbedder> embedder_;
};

TEST_F(OllamaEmbedderTest, AsksTheModelWhatItIs) {
  const auto known = identity();
  ASSERT_TRUE(known) << known.error().message();
  EXPECT_EQ(known->backend, "ollama");
  EXPECT_EQ(known->model, kModel);
  EXPECT_EQ(known->digest, server_.model(kModel)->digest);
  EXPECT_EQ(known->prefix, "search_query: ");
  EXPECT_EQ(known->dimensions, 768U);
  EXPECT_EQ(known->window, 1536U);
  const auto now = status();
  EXPECT_TRUE(now.up);
  EXPECT_EQ(now.version, "0.24.0");
}

TEST_F(OllamaEmbedderTest, ReadsAsMuchAsTheModelAndItsModelfileAllow) {
  server_.putModel({"narrow:latest", "bert", 64, 512, std::string(64, 'a'), 256});
  server_.putModel({"wide:latest", "bert", 64, 32768, std::string(64, 'b')});
  auto options = quickOptions(server_.url());
  options.model = "narrow";
  make(options);
  EXPECT_EQ(identity()->window, 192U);
  options.model = "wide";
  make(options);
  EXPECT_EQ(identity()->window, 1536U);
}

TEST_F(OllamaEmbedderTest, PutsTheModelsPrefixBeforeEveryTextAndTheConfigurationsInstead) {
  ASSERT_TRUE(embed({"open ports"}));
  ASSERT_TRUE(embed({"stored"}, Priority::Background));
  EXPECT_EQ(server_.figures().texts, (std::vector<std::string>{"search_query: open ports", "search_query: stored"}));
  auto options = quickOptions(server_.url());
  options.prefix = "clustering: ";
  make(options);
  EXPECT_EQ(identity()->prefix, "clustering: ");
  ASSERT_TRUE(embed({"open ports"}));
  EXPECT_EQ(server_.figures().texts.back(), "clustering: open ports");
  options.prefix = "";
  make(options);
  ASSERT_TRUE(embed({"open ports"}));
  EXPECT_EQ(server_.figures().texts.back(), "open ports");
}

TEST_F(OllamaEmbedderTest, NeverMakesItLoadTheModelAnew) {
  auto options = quickOptions(server_.url());
  options.threads = 2;
  make(options);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(embed({"a question"}));
    ASSERT_TRUE(embed({"one", "two", std::string(90000, 'x')}, Priority::Background));
  }
  EXPECT_EQ(server_.figures().loads, 1U);
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(OllamaEmbedderTest, SaysHowToGetAModelThatIsMissing) {
  server_.removeModel(kModel);
  EXPECT_FALSE(identity());
  for (int i = 0; i < 8; ++i) expectUnavailable(embed({"a"}), "run `ollama pull nomic-embed-text`");
  EXPECT_FALSE(status().up);
  EXPECT_NE(status().detail.find("ollama pull"), std::string::npos);
  server_.putModel({"nomic-embed-text:latest", "nomic-bert", 768, 2048, std::string(64, 'c')});
  EXPECT_TRUE(embed({"a"})) << "no breaker may be open: the server was never down";
}

TEST_F(OllamaEmbedderTest, NoticesAModelThatIsRemovedMeanwhile) {
  ASSERT_TRUE(embed({"a"}));
  server_.removeModel(kModel);
  expectUnavailable(embed({"a"}), "ollama pull");
  EXPECT_FALSE(identity());
}

TEST_F(OllamaEmbedderTest, GivesNoVectorOfAModelThatWasReplacedUnderItsName) {
  ASSERT_TRUE(embed({"a"}));
  const auto before = identity();
  server_.putModel({"nomic-embed-text:latest", "nomic-bert", 768, 2048, std::string(64, 'd')});
  expectUnavailable(embed({"a"}), "another model under the name");
  const auto after = identity();
  ASSERT_TRUE(after);
  EXPECT_NE(after->digest, before->digest);
  EXPECT_TRUE(embed({"a"}));
}

TEST_F(OllamaEmbedderTest, BelievesVectorsRatherThanWhatTheModelSaysOfThem) {
  ASSERT_EQ(identity()->dimensions, 768U);
  server_.answerEmbedWith(R"({"model":"m","embeddings":[[0.6,0.8]],"load_duration":2000000})");
  expectUnavailable(embed({"a"}), "2 dimensions and not 768");
  EXPECT_EQ(identity()->dimensions, 2U);
  EXPECT_TRUE(embed({"a"}));
}

TEST_F(OllamaEmbedderTest, RefusesWhatIsNoAnswerToItsQuestion) {
  ASSERT_TRUE(identity());
  server_.answerEmbedWith(R"({"model":"m","embeddings":[],"load_duration":2000000})");
  expectUnavailable(embed({"a"}), "0 vectors for 1 texts");
  server_.answerEmbedWith(R"({"model":"m"})");
  expectUnavailable(embed({"a"}), "no \"embeddings\"");
}

TEST_F(OllamaEmbedderTest, RefusesVectorsWithoutADirection) {
  ASSERT_TRUE(identity());
  std::string zeros = "0";
  for (int i = 1; i < 768; ++i) zeros += ",0";
  server_.answerEmbedWith(R"({"embeddings":[[)" + zeros + "]]}");
  const auto zero = embed({"a"});
  ASSERT_FALSE(zero);
  EXPECT_EQ(zero.error().kind(), ErrorKind::InvalidInput);
  server_.answerEmbedWith(R"({"embeddings":[[null,1]]})");
  const auto null = embed({"a"});
  ASSERT_FALSE(null);
  EXPECT_EQ(null.error().kind(), ErrorKind::InvalidInput);
}

TEST_F(OllamaEmbedderTest, TellsAModelThatComputesNoNumbersFromATextWithoutVector) {
  auto options = quickOptions(server_.url());
  options.model = "nan-nomic";
  make(options);
  // Not even a harmless text has a vector: it is the model, and no text may be set aside for it.
  expectUnavailable(embed({"a"}), "NaN");
}

TEST_F(OllamaEmbedderTest, NormalisesVectors) {
  ASSERT_TRUE(identity());
  std::string numbers = "3";
  for (int i = 1; i < 768; ++i) numbers += ",2.5";
  server_.answerEmbedWith(R"({"embeddings":[[)" + numbers + "]]}");
  const auto answer = embed({"a"});
  ASSERT_TRUE(answer) << answer.error().message();
  const auto& vector = answer->front().vector;
  EXPECT_NEAR(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0), 1, 1e-5);
}

TEST_F(OllamaEmbedderTest, ShortensWhatTheModelFindsTooLongAllTheSame) {
  // Each of these is several tokens for the model and fewer by the estimate.
  server_.putModel({"short:latest", "bert", 64, 64, std::string(64, 'e')});
  auto options = quickOptions(server_.url());
  options.model = "short";
  options.prefix = "a prefix of more words than the window of this model has room for, many more, which nobody would set but by mistake: ";
  make(options);
  const auto refused = embed({"a text"});
  ASSERT_TRUE(refused) << refused.error().message();
  options.prefix = "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u v w x y z ";
  make(options);
  const auto shortened = embed({"one two three four five six seven eight nine ten eleven twelve", "x"});
  ASSERT_TRUE(shortened) << shortened.error().message();
  EXPECT_TRUE((*shortened)[0].clipped);
  EXPECT_FALSE((*shortened)[1].clipped);
}

TEST_F(OllamaEmbedderTest, LetsASearchWaitLessThanASecondBehindAnImport) {
  auto options = quickOptions(server_.url());
  options.patience.search = milliseconds(3000);
  make(options);
  // As slow as nomic-embed-text on two cores: less than 18 short texts a second.
  server_.setSpeed({milliseconds(0), milliseconds(5), milliseconds(5)});
  ASSERT_TRUE(embed({"warm"}));
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("how do I find out what listens on port " + std::to_string(i));
  const Call background = begin(std::move(many), Priority::Background);
  pass(milliseconds(700));
  milliseconds longest{0};
  for (int i = 0; i < 6; ++i) {
    const Call search = begin({"which program holds this file open"}, Priority::Search);
    finish(search);
    ASSERT_TRUE(*search.answer) << search.answer->error().message();
    longest = std::max(longest, search.took());
    pass(milliseconds(50));
  }
  EXPECT_LT(longest, milliseconds(1000));
  EXPECT_FALSE(background.over());
}

TEST_F(OllamaEmbedderTest, SaysThatTheServerIsDownAndComesBackByItself) {
  auto options = quickOptions("http://127.0.0.1:9");
  make(options);
  EXPECT_FALSE(identity());
  expectUnavailable(embed({"a"}), "start it (systemctl start ollama), or set embedder.url");
  EXPECT_FALSE(status().up);
}

TEST_F(OllamaEmbedderTest, FailsAtOnceWhileItsBreakerIsOpenAndAsksCheaplyUntilTheServerIsBack) {
  ASSERT_TRUE(embed({"a"}));
  server_.setFault({ListenerFault::Kind::ServerError, "", {}});
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(embed({"a"}));
  const auto asked = server_.asked("/api/embed") + server_.asked("/api/show");
  for (int i = 0; i < 100; ++i) expectUnavailable(embed({"a"}), "has failed repeatedly");
  EXPECT_FALSE(status().up);
  EXPECT_EQ(server_.asked("/api/embed") + server_.asked("/api/show"), asked);
  server_.setFault({});
  pass(milliseconds(5000));
  EXPECT_TRUE(embed({"a"}));
  EXPECT_TRUE(status().up);
}

TEST_F(OllamaEmbedderTest, EndsEveryCallWhateverTheServerDoes) {
  for (const auto kind : {ListenerFault::Kind::ServerError, ListenerFault::Kind::TooMany, ListenerFault::Kind::Garbage,
                          ListenerFault::Kind::Noise, ListenerFault::Kind::HalfResponse, ListenerFault::Kind::Reset}) {
    make(quickOptions(server_.url()));
    ASSERT_TRUE(embed({"a"}));
    server_.setFault({kind, "/api/embed", {}});
    const Call search = begin({"a"}, Priority::Search);
    const Call background = begin({"a", "b", "c"}, Priority::Background);
    finish(search);
    finish(background);
    for (const Call& call : {search, background}) {
      ASSERT_FALSE(*call.answer);
      EXPECT_EQ(call.answer->error().kind(), ErrorKind::Unavailable) << call.answer->error().message();
      EXPECT_LT(call.took(), milliseconds(2500));
    }
    server_.setFault({});
    EXPECT_TRUE(embed({"a"})) << static_cast<int>(kind);
  }
}

TEST_F(OllamaEmbedderTest, FindsASilentServerDeadSoonAndOpensItsBreaker) {
  ASSERT_TRUE(embed({"a"}));
  server_.setFault({ListenerFault::Kind::Slow, "", milliseconds(10000)});
  std::vector<Call> calls;
  for (int i = 0; i < 32; ++i) calls.push_back(begin({"question " + std::to_string(i)}, Priority::Search));
  for (const Call& call : calls) {
    finish(call);
    ASSERT_FALSE(*call.answer);
    EXPECT_LT(call.took(), milliseconds(1000));
  }
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(embed({"a"}));
  expectUnavailable(embed({"a"}), "has failed repeatedly");
}

TEST_F(OllamaEmbedderTest, ARequestThatFailsForManySearchesIsOneFailure) {
  ASSERT_TRUE(embed({"a"}));
  server_.setFault({ListenerFault::Kind::ServerError, "", {}});
  std::vector<Call> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(begin({"question " + std::to_string(i)}, Priority::Search));
  for (const Call& call : calls) {
    finish(call);
    EXPECT_FALSE(*call.answer);
  }
  server_.setFault({});
  EXPECT_TRUE(embed({"a"}));
}

TEST_F(OllamaEmbedderTest, LetsSearchesDoWithoutWhileTheModelIsLoadedAndSaysSo) {
  ASSERT_TRUE(identity());
  server_.setSpeed({milliseconds(1200), {}, {}});
  const Call first = begin({"a"}, Priority::Search);
  const Call background = begin({"stored"}, Priority::Background);
  finish(first);
  expectUnavailable(*first.answer, "it loads the model nomic-embed-text");
  EXPECT_LT(first.took(), milliseconds(900));
  const auto asked = server_.asked("/api/embed");
  const Call second = begin({"b"}, Priority::Search);
  finish(second);
  expectUnavailable(*second.answer, "it loads the model");
  EXPECT_EQ(server_.asked("/api/embed"), asked);
  EXPECT_FALSE(status().up);
  EXPECT_NE(status().detail.find("it loads the model"), std::string::npos);
  finish(background);
  EXPECT_TRUE(*background.answer) << background.answer->error().message();
  EXPECT_TRUE(embed({"c"}));
  EXPECT_TRUE(status().up);
}

TEST_F(OllamaEmbedderTest, SaysWhatIsWrongWithItsAddress) {
  const auto answering = [](int status, const std::string& body) {
    return std::vector<fakes::ScriptedServer::Script>{[status, body](fakes::Conversation& with) {
      while (!with.readRequest().empty()) with.answer(status, body);
    }};
  };
  fakes::ScriptedServer refusing(answering(403, ""));
  make(quickOptions(refusing.url()));
  expectUnavailable(embed({"a"}), "it takes only an address, localhost, *.local or *.internal");
  fakes::ScriptedServer other(answering(404, "404 page not found"));
  make(quickOptions(other.url()));
  expectUnavailable(embed({"a"}), "older than 0.3, or no Ollama");
  fakes::ScriptedServer page(answering(200, "<html>It works!</html>"));
  make(quickOptions(page.url()));
  expectUnavailable(embed({"a"}), "its answer is not Ollama's");
  embedder_.reset();
}

TEST_F(OllamaEmbedderTest, MayEndWhileARequestIsUnderWay) {
  server_.setSpeed({milliseconds(100), milliseconds(50), {}});
  const Call search = begin({"a"}, Priority::Search);
  pass(milliseconds(20));
  embedder_.reset();
  finish(search);
  ASSERT_FALSE(*search.answer);
  EXPECT_EQ(search.answer->error().kind(), ErrorKind::Unavailable);
  pass(milliseconds(300));
}

TEST_F(OllamaEmbedderTest, WarnsOfAModelThatIsNotForThis) {
  auto options = quickOptions(server_.url());
  options.model = "tiny-llama";
  make(options);
  EXPECT_TRUE(status().up);
  EXPECT_NE(status().detail.find("no embedding model"), std::string::npos);
}

}  // namespace
}  // namespace learnd::ollama
