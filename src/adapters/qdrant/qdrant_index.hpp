#pragma once

#include "adapters/qdrant/catalogue.hpp"
#include "adapters/qdrant/merging.hpp"
#include "adapters/qdrant/points.hpp"
#include "adapters/qdrant/search_request.hpp"
#include "ports/vector_index.hpp"
#include "support/backend_guard.hpp"
#include "support/blocking_pool.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace learnd::qdrant {

struct QdrantSettings {
  http_client::Url url;
  std::string apiKey;  // empty: none
  std::string prefix;  // before every name of a collection or alias of ours
  Flatten flatten = Flatten::Yes;
};

/// The index on a Qdrant server (1.15 to 1.19): a collection a category, each point with the learning's vector under no name, its words as
/// a sparse vector, and its fields as payload. On the I/O thread; past five failures calls end at once until the server answers again.
/// Errors besides those of the port's methods: Unavailable, Timeout, Busy; Internal for what Qdrant refuses as wrong (400, 422).
class QdrantIndex final : public ports::VectorIndex {
 public:
  /// The pool takes texts apart; it must outlive the index, and its jobs must have ended before that goes.
  QdrantIndex(QdrantSettings settings, support::BlockingPool& pool);

  /// Past 100 categories: InvalidInput of "category".
  ports::Task<void> upsert(std::vector<ports::IndexEntry> entries) override;
  ports::Task<void> remove(std::vector<core::LearningId> ids) override;
  ports::Task<ports::IndexAnswer> search(ports::IndexQuery query) override;
  /// Collections of other dimensions are replaced by ones with the same words.
  ports::Task<void> useDimensions(std::size_t dimensions) override;
  ports::Task<std::vector<ports::HeldEntry>> find(std::vector<core::LearningId> ids) override;
  ports::Task<ports::HeldPage> held(std::string place, std::size_t limit) override;
  ports::Task<void> beginRebuild(std::string name, std::size_t dimensions) override;
  ports::Task<void> upsertRebuilt(std::vector<ports::IndexEntry> entries) override;
  ports::Task<void> finishRebuild() override;
  ports::Task<void> dropRebuild() override;
  ports::Task<ports::IndexStatus> status() override;
  [[nodiscard]] bool keepsVectorsInStore() const override { return false; }
  [[nodiscard]] bool showsLearnings() const override { return true; }
  [[nodiscard]] std::string place() const override { return "qdrant:" + catalogue_.prefix(); }
  [[nodiscard]] std::optional<std::size_t> categoryLimit() const override { return Catalogue::kMostCategories; }

 private:
  struct Rebuild {
    std::string name;
    std::size_t dimensions = 0;
  };
  /// Shared with the pool's threads, which may outlast a call that was cancelled.
  using Entries = std::shared_ptr<const std::vector<ports::IndexEntry>>;
  using Plans = std::map<std::string, std::vector<PointPlan>>;  // by category
  using Targets = std::map<std::string, Collection>;            // by category
  /// Points in collections where an entry does not belong any more.
  struct Strays {
    std::set<core::LearningId> outrun;                       // the index has a newer revision elsewhere
    std::map<std::string, std::vector<std::string>> points;  // by collection
  };
  enum class Side : bool { Serving, Built };

  ports::Task<void> write(Entries entries, Side side);
  ports::Task<void> checkDimensions(Entries entries, Side side);
  ports::Task<Targets> findTargets(const Plans& plans, Side side);
  ports::Task<Collection> makeTarget(std::string category, bool wantsVectors, Side side);
  ports::Task<Strays> findStrays(Entries entries, const Plans& plans, Side side);
  ports::Task<void> writePoints(Collection collection, std::vector<PointPlan> plans, Entries entries);
  ports::Task<std::vector<PointPlan>> withoutOlder(std::string collection, std::vector<PointPlan> plans);
  [[nodiscard]] std::size_t expectedDimensions(const Holdings& holdings, Side side) const;
  [[nodiscard]] std::vector<Collection> collectionsOf(const Holdings& holdings, Side side) const;

  ports::Task<ports::IndexAnswer> answer(std::shared_ptr<const ports::IndexQuery> query);
  ports::Task<ports::IndexAnswer> askAll(const ports::IndexQuery& query, const Question& question);
  ports::Task<void> askInto(std::vector<Found>& all, const std::vector<Collection>& collections, std::vector<Question::Batch> batches);
  ports::Task<std::vector<std::vector<ScoredId>>> ask(std::string collection, Question::Batch batch);
  ports::Task<std::vector<ports::HeldEntry>> findIn(Collection collection, std::vector<core::LearningId> ids, bool withVectors);
  ports::Task<void> markVectors(const Collection& collection, std::vector<ports::HeldEntry>& entries);
  ports::Task<std::vector<ports::HeldEntry>> findAll(std::vector<core::LearningId> ids);
  ports::Task<ports::HeldPage> heldPage(std::string place, std::size_t limit);
  ports::Task<void> removeAll(std::vector<core::LearningId> ids);
  ports::Task<void> adoptDimensions(std::size_t dimensions);
  ports::Task<void> startRebuild(Rebuild rebuild);
  ports::Task<void> serveRebuilt();
  ports::Task<void> abandonRebuild();
  ports::Task<ports::IndexStatus> describe();

  support::BlockingPool& pool_;
  QdrantApi api_;
  Catalogue catalogue_;
  Flatten flatten_;
  support::BackendGuard guard_;
  /// Those who write go together, who makes or replaces collections goes alone.
  support::SharedTurns turns_;
  std::size_t dimensions_ = 0;  // 0: nobody has said yet
  std::optional<Rebuild> rebuild_;
};

}  // namespace learnd::qdrant
