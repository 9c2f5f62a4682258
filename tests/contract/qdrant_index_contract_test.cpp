#include "adapters/qdrant/qdrant_index.hpp"
#include "tests/contract/vector_index_oracle_contract.hpp"
#include "tests/fakes/qdrant/fake_qdrant.hpp"

#include <cstdlib>
#include <random>

namespace learnd::contract {

namespace {

qdrant::QdrantSettings settingsFor(const std::string& url, std::string prefix) {
  qdrant::QdrantSettings settings;
  settings.url = *http_client::parseUrl(url);
  settings.prefix = std::move(prefix);
  return settings;
}

/// On a server of its own, of some version.
class FakeUnderTest final : public VectorIndexUnderTest {
 public:
  explicit FakeUnderTest(const std::string& version) : server_(settings(version)) {}

  ports::VectorIndex& index() override { return index_; }

 private:
  static fakes::qdrant::FakeSettings settings(const std::string& version) {
    fakes::qdrant::FakeSettings settings;
    settings.version = version;
    return settings;
  }

  fakes::qdrant::FakeQdrant server_;
  support::BlockingPool pool_{1};
  qdrant::QdrantIndex index_{settingsFor(server_.url(), "test-"), pool_};
};

VectorIndexMaker onFake(const std::string& name, const std::string& version) {
  return {name, [version] { return std::make_unique<FakeUnderTest>(version); }, false};
}

/// On a server that is there already, under a prefix of its own; its collections go at the end.
class RealUnderTest final : public VectorIndexUnderTest {
 public:
  explicit RealUnderTest(const std::string& url) : url_(url), prefix_(newPrefix()), index_(settingsFor(url, prefix_), pool_) {}
  ~RealUnderTest() override {
    boost::asio::io_context loop;
    qdrant::QdrantApi api(*http_client::parseUrl(url_), "");
    const auto names = fakes::runTask(loop, qdrant::listCollections(api));
    for (const auto& name : names ? *names : std::vector<std::string>()) {
      if (name.starts_with(prefix_)) (void)fakes::runTask(loop, qdrant::dropCollection(api, name));
    }
  }

  ports::VectorIndex& index() override { return index_; }

 private:
  static std::string newPrefix() {
    std::random_device random;
    return "test-" + std::to_string(random()) + "-";
  }

  std::string url_;
  std::string prefix_;
  support::BlockingPool pool_{1};
  qdrant::QdrantIndex index_;
};

std::vector<VectorIndexMaker> makers() {
  std::vector<VectorIndexMaker> all{onFake("fake_1_15_0", "1.15.0"), onFake("fake_1_18_3", "1.18.3")};
  if (const char* url = std::getenv("LEARND_TEST_QDRANT_URL"); url != nullptr && *url != '\0') {
    all.push_back({"real", [url = std::string(url)] { return std::make_unique<RealUnderTest>(url); }, false});
  }
  return all;
}

const auto nameOf = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Qdrant, VectorIndexContract, testing::ValuesIn(makers()), nameOf);
INSTANTIATE_TEST_SUITE_P(Qdrant, VectorIndexOracleContract, testing::ValuesIn(makers()), nameOf);

}  // namespace

}  // namespace learnd::contract
