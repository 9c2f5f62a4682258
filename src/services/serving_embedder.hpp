#pragma once

#include "ports/embedder.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace learnd::services {

/// What an embedder was configured as: enough to make it again when the configuration names another one.
struct EmbedderSource {
  std::string backend;  // "builtin", "ollama"
  std::string model;    // a name or a path
  std::string url;      // of its server; empty where there is none
  std::string prefix;
  bool operator==(const EmbedderSource&) const = default;

  [[nodiscard]] std::string write() const;
  /// Nothing where the text is none of write().
  static std::optional<EmbedderSource> read(const std::string& text);
};

/// The embedder that answers: the configured one, or, while an index of another model is rebuilt, the one that the index in use was made
/// with. On the I/O thread.
class ServingEmbedder final : public ports::Embedder {
 public:
  /// Makes the embedder of a source, without a look at whether it answers; null where it can't be made here.
  using Maker = std::function<std::shared_ptr<ports::Embedder>(const EmbedderSource&)>;

  ServingEmbedder(std::shared_ptr<ports::Embedder> configured, EmbedderSource source, Maker make);

  ports::Task<ports::EmbedderIdentity> identity() override;
  ports::Task<std::vector<ports::Embedding>> embed(std::vector<std::string> texts, ports::Priority priority) override;
  ports::Task<ports::EmbedderStatus> status() override;

  [[nodiscard]] std::shared_ptr<ports::Embedder> configured() const { return configured_; }
  [[nodiscard]] const EmbedderSource& source() const { return source_; }
  [[nodiscard]] bool servesConfigured() const { return serving_ == configured_; }

  /// Lets an earlier one answer. False: it can't be made, or is not what it was (by CalibrationService::vectorsDigest).
  ports::Task<bool> serveEarlier(EmbedderSource source, std::string vectorsDigest);
  void serveConfigured() { serving_ = configured_; }

 private:
  std::shared_ptr<ports::Embedder> configured_;
  std::shared_ptr<ports::Embedder> serving_;
  EmbedderSource source_;
  Maker make_;
};

}  // namespace learnd::services
