#pragma once

#include "ports/task.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace learnd::ports {

/// A unit vector, and whether the text was longer than the model's window.
struct Embedding {
  std::vector<float> vector;
  bool clipped = false;
  /// Whose it is, where somebody noted that: an embedder does not.
  std::string embedder{};
};

/// What an index must know of its embedder: vectors of another one are of no use.
struct EmbedderIdentity {
  std::string backend;  // "builtin", "ollama"
  std::string model;    // its name
  std::string digest;   // of its weights; another digest is another model
  std::string prefix;   // put before every text, stored or asked
  std::size_t dimensions = 0;
  std::size_t window = 0;  // tokens a text may have before it is clipped
  bool operator==(const EmbedderIdentity&) const = default;
};

/// How it does, for doctor and readyz.
struct EmbedderStatus {
  bool up = false;
  std::string detail;       // why it is down and what to do, or how it computes ("int8, VNNI, 2 threads")
  std::string version;      // of its server; empty where there is none
  std::uint64_t texts = 0;  // embedded since the start
};

enum class Priority : unsigned char {
  Search,     // a caller waits
  Background  // the indexer, the calibration
};

/// Texts to vectors. Called on the I/O thread; answers there.
class Embedder {
 public:
  virtual ~Embedder() = default;

  /// Unavailable where there is no model or its server is down; the message says what to do.
  virtual Task<EmbedderIdentity> identity() = 0;

  /// A vector for each text, in order; the prefix is put before each by the embedder. Valid UTF-8, any length (clipped).
  /// Fails as a whole: Unavailable (no model, down), Timeout, Busy (its queue is full), InvalidInput (there is no vector for one of the
  /// texts, now or later). Bytes that are no UTF-8 still get a vector.
  virtual Task<std::vector<Embedding>> embed(std::vector<std::string> texts, Priority priority) = 0;

  virtual Task<EmbedderStatus> status() = 0;
};

}  // namespace learnd::ports
