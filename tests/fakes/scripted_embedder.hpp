#pragma once

#include "ports/embedder.hpp"
#include "tests/fakes/fault.hpp"

#include <map>
#include <string>
#include <vector>

namespace learnd::fakes {

/// Gives each text the vector that a test wrote for it, else one made of its words: texts that share words are near each other.
class ScriptedEmbedder final : public ports::Embedder {
 public:
  static constexpr std::size_t kDimensions = 32;

  ports::Task<ports::EmbedderIdentity> identity() override;
  ports::Task<std::vector<ports::Embedding>> embed(std::vector<std::string> texts, ports::Priority priority) override;
  ports::Task<ports::EmbedderStatus> status() override;

  /// The next calls answer with it until it is taken away.
  Fault fault;
  std::map<std::string, std::vector<float>> script;
  /// A call with a text that has this in it fails as a whole; empty: none does.
  std::string refused;
  ports::EmbedderIdentity describes{"scripted", "scripted-model", "digest-1", "", kDimensions, 256};

 private:
  std::uint64_t texts_ = 0;
};

}  // namespace learnd::fakes
