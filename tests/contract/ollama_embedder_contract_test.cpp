#include "adapters/ollama/ollama_embedder.hpp"
#include "tests/contract/embedder_contract.hpp"
#include "tests/fakes/ollama/fake_ollama.hpp"

#include <cstdlib>
#include <stdexcept>

namespace learnd::contract {

namespace {

ollama::EmbedderOptions optionsOf(const std::string& url, const std::string& model) {
  ollama::EmbedderOptions options;
  options.url = *http_client::parseUrl(url);
  options.model = model;
  return options;
}

class FakeUnderTest final : public EmbedderUnderTest {
 public:
  explicit FakeUnderTest(const std::string& model) : embedder_(optionsOf(server_.url(), model)) {
    // Not so fast that nothing is ever under way.
    server_.setSpeed({std::chrono::milliseconds(20), std::chrono::milliseconds(1), {}});
  }
  ports::Embedder& embedder() override { return embedder_; }

 private:
  fakes::FakeOllama server_;
  ollama::OllamaEmbedder embedder_;
};

class RealUnderTest final : public EmbedderUnderTest {
 public:
  explicit RealUnderTest(const ollama::EmbedderOptions& options) : embedder_(options) {}
  ports::Embedder& embedder() override { return embedder_; }

 private:
  ollama::OllamaEmbedder embedder_;
};

std::vector<EmbedderMaker> makers() {
  std::vector<EmbedderMaker> all;
  all.push_back({"nomic_by_fake", [] { return std::make_unique<FakeUnderTest>("nomic-embed-text"); }});
  all.push_back({"bert_by_fake", [] { return std::make_unique<FakeUnderTest>("tiny-bert"); }});
  const char* url = std::getenv("LEARND_TEST_OLLAMA_URL");
  const char* model = std::getenv("LEARND_TEST_OLLAMA_MODEL");
  if ((url != nullptr) != (model != nullptr)) {
    throw std::runtime_error("LEARND_TEST_OLLAMA_URL and LEARND_TEST_OLLAMA_MODEL are set together, or neither is");
  }
  if (url != nullptr) {
    // Whatever the machine is: this is about what it answers, not about how fast.
    auto options = optionsOf(url, model);
    options.patience.search = options.patience.longest;
    all.push_back({"real", [options] { return std::make_unique<RealUnderTest>(options); }});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Ollama, EmbedderContract, testing::ValuesIn(makers()), [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace learnd::contract
