#include "adapters/sentence_model/sentence_model_embedder.hpp"
#include "tests/contract/embedder_contract.hpp"
#include "tests/unit/adapters/sentence_model/golden.hpp"

namespace learnd::contract {

namespace {

class BuiltinUnderTest final : public EmbedderUnderTest {
 public:
  ports::Embedder& embedder() override {
    // Loading takes its time, and it does not matter who asked it before.
    static sentence_model::SentenceModelEmbedder shared(options());
    return shared;
  }

 private:
  static sentence_model::EmbedderOptions options() {
    sentence_model::EmbedderOptions options;
    options.folder = sentence_model::installedModel();
    options.model = "all-minilm-l6-v2";
    return options;
  }
};

const EmbedderMaker kMaker{"builtin", [] { return std::make_unique<BuiltinUnderTest>(); }};

INSTANTIATE_TEST_SUITE_P(Builtin, EmbedderContract, testing::Values(kMaker), [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace learnd::contract
