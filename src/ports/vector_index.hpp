#pragma once

#include "core/learning.hpp"
#include "core/rank_fusion.hpp"
#include "ports/task.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace learnd::ports {

/// A filterable property of a learning: "source", "outcome", "llm_used", "important", or "metadata.KEY" (KEY a top-level one), with its
/// value as canonical JSON text ("\"nixos\"", "12", "true").
using Attribute = std::pair<std::string, std::string>;

/// What an index holds of an active learning.
struct IndexEntry {
  core::LearningId id;
  std::uint64_t revision = 0;  // an older revision than the one that the index has is ignored
  core::Kind kind = core::Kind::Solution;
  std::string category;
  bool promoted = false;  // found under "skills-patterns" too
  std::string words;      // question and answer without noise, at most 64 KiB: what is matched by words
  std::vector<Attribute> attributes;
  std::optional<std::vector<float>> vector;  // nothing: words only, until the vector follows
  /// The learning itself, for an index that shows it to other programs (`showsLearnings`); null where it doesn't.
  std::shared_ptr<const core::Learning> learning;
};

struct AttributeCondition {
  std::string name;
  std::vector<std::string> values;  // any of them, as canonical JSON text
};

/// Empty lists let everything through; all parts must match.
struct IndexFilter {
  std::vector<std::string> categories;
  std::vector<core::Kind> kinds;
  std::vector<AttributeCondition> attributes;
};

struct IndexQuery {
  std::string words;             // the question without noise; empty: by vector alone
  std::vector<float> vector;     // empty: by words alone
  std::size_t candidates = 200;  // of each side
  IndexFilter filter;
  std::vector<core::LearningId> wanted;  // scored too where the index has them, whatever their rank and the filter
};

struct IndexAnswer {
  std::vector<core::Candidate> candidates;
  double bestWordScore = 0;  // among all that the filter lets through
};

struct IndexStatus {
  bool up = false;
  std::string detail;
  std::uint64_t entries = 0;
  std::uint64_t vectors = 0;
  std::size_t dimensions = 0;       // of its vectors; 0: unknown yet
  std::string version;              // of its server; empty where it has none
  std::vector<std::string> advice;  // what somebody should do about it, in whole sentences
};

/// What an index holds under an id, to be compared with the records.
struct HeldEntry {
  core::LearningId id;
  std::uint64_t revision = 0;
  bool hasVector = false;
  /// Under which it is found, where the index keeps it under each by itself (a page of all that is held says but one); nothing: under all
  /// that it belongs to.
  std::optional<std::vector<std::string>> categories = std::nullopt;
};

struct HeldPage {
  std::vector<HeldEntry> entries;
  std::string next;  // where the page behind it begins; empty: this was the last
};

/// Finds learnings by meaning and by words. Derived from the record store, never the only copy. Called on the I/O thread; answers there.
/// Besides the errors of each method: Unavailable, Timeout and Busy of one that is not there, and Internal where it refuses what it was
/// given, or fails by itself.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  /// Inserts or replaces, by id. An entry without a vector keeps none (its old one would be of another text) unless `revision` is the one
  /// that the index has. InvalidInput where a vector has other dimensions than `useDimensions` said.
  virtual Task<void> upsert(std::vector<IndexEntry> entries) = 0;

  /// Out of a second index that is being built too. An id that is not there is no error.
  virtual Task<void> remove(std::vector<core::LearningId> ids) = 0;

  virtual Task<IndexAnswer> search(IndexQuery query) = 0;

  /// The vectors to come have this many dimensions and are of this embedder; those of another one are dropped.
  virtual Task<void> useDimensions(std::size_t dimensions) = 0;

  /// What it holds of these ids.
  virtual Task<std::vector<HeldEntry>> find(std::vector<core::LearningId> ids) = 0;

  /// All that it holds, in pages of about `limit` and an order of its own: from the beginning with an empty place, then from a page's
  /// `next`. What comes and goes meanwhile may be there or not. InvalidInput for a place that is none of its own.
  virtual Task<HeldPage> held(std::string place, std::size_t limit) = 0;

  /// Begins a second index beside the one that serves, for vectors of that many dimensions. One of the same name that was begun before and
  /// not finished is gone on with, as far as the index outlives the process; of another name it goes.
  virtual Task<void> beginRebuild(std::string name, std::size_t dimensions) = 0;
  /// As upsert, into the second one. Conflict where none was begun.
  virtual Task<void> upsertRebuilt(std::vector<IndexEntry> entries) = 0;
  /// The second one serves from now on, the first one goes. Conflict where none was begun.
  virtual Task<void> finishRebuild() = 0;
  /// The second one goes; none there is no error.
  virtual Task<void> dropRebuild() = 0;

  virtual Task<IndexStatus> status() = 0;

  /// Whether the record store must keep the vectors for it (the embedded one is loaded from there at start).
  [[nodiscard]] virtual bool keepsVectorsInStore() const = 0;

  /// Whether other programs read learnings in it, so that entries must bring theirs.
  [[nodiscard]] virtual bool showsLearnings() const = 0;

  /// Which index it is, where it outlives the process: its name, and not the way to it, which may be another one for another daemon. Two of
  /// one name are told apart by what they hold. Empty for one that lives with the process.
  [[nodiscard]] virtual std::string place() const = 0;

  /// How many categories it can have; nothing: any number.
  [[nodiscard]] virtual std::optional<std::size_t> categoryLimit() const = 0;
};

}  // namespace learnd::ports
