#pragma once

#include "core/calibration.hpp"
#include "core/learning.hpp"
#include "core/normalised_key.hpp"
#include "ports/task.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace learnd::ports {

/// The first answer to an idempotency key.
struct RememberedAnswer {
  std::array<std::uint8_t, 32> bodyDigest{};  // of the request: another body with the same key is a conflict
  core::LearningId id;
  bool created = false;    // the learning was new
  bool duplicate = false;  // it was there already
  std::string learning;    // as it was answered then (JSON)
};

struct FeedbackEntry {
  core::LearningId id;
  core::Timestamp time;
  core::Outcome outcome = core::Outcome::Success;  // Success, Failure or Partial
  std::string note;
  std::uint32_t uid = 0;
};

/// Whether an update changes what the index holds.
enum class IndexChange : unsigned char {
  None,        // counts, scores, times
  Attributes,  // category, source, outcome, metadata, promotion, status: the vector stays good
  Text         // the question or the answer: words and vector are made anew
};

/// What a work is going to ask about and insert.
struct ExpectedLearning {
  core::LearningId id;
  core::Key key;
};

/// One unit of work: all of it happens or nothing. Calls run on a thread of the store's, inside a transaction; not beyond the work's end.
class RecordTransaction {
 public:
  virtual ~RecordTransaction() = default;

  /// These come next: a store for which each question is a way to a server and back asks for all at once, and gathers the inserts.
  virtual Result<void> expect(const std::vector<ExpectedLearning>&) { return {}; }
  virtual Result<std::optional<core::Learning>> load(const core::LearningId& id) = 0;
  /// The learning that a store of this would repeat: same kind, category, key and solution; any status (an active one first). Nothing for
  /// an interaction: it is an event.
  virtual Result<std::optional<core::Learning>> findSame(const core::Learning& learning) = 0;
  /// The newest active open failure with this key.
  virtual Result<std::optional<core::Learning>> findOpenFailure(const core::Key& key) = 0;
  /// Whether an active learning has this key, besides `except`: what derived novelty asks.
  virtual Result<bool> hasKey(const core::Key& key, const core::LearningId& except) = 0;
  /// Whether there is any learning at all.
  virtual Result<bool> hasAny() = 0;

  /// A new row, revision 1 (or behind that of a removal that the index has not taken over yet), and its outbox row where it is active and
  /// has an index entry of its own: an interaction whose entry would equal that of an active earlier one (same category, key, answer,
  /// outcome, source, model, importance, promotion, metadata) shares that one. An id that exists is a Conflict.
  virtual Result<void> insert(const core::Learning& learning) = 0;
  /// Replaces the row; the revision is the store's to count. With IndexChange other than None it grows by one and an outbox row is written
  /// where the index has, or is to have, an entry of it. NotFound where it is not there.
  virtual Result<void> update(const core::Learning& learning, IndexChange change) = 0;
  /// The row and all that hangs on it go; an outbox row takes it out of the index. NotFound where it is not there.
  virtual Result<void> erase(const core::LearningId& id) = 0;

  virtual Result<void> addFeedback(const FeedbackEntry& entry) = 0;
  /// Keeps the score that a learning had until now in its history.
  virtual Result<void> addScoreHistory(const core::Learning& before, core::Timestamp until) = 0;

  virtual Result<std::optional<RememberedAnswer>> recall(std::uint32_t uid, const std::string& idempotencyKey,
                                                         core::Timestamp notBefore) = 0;
  virtual Result<void> remember(std::uint32_t uid, const std::string& idempotencyKey, core::Timestamp now,
                                const RememberedAnswer& answer) = 0;
};

/// Work on records; an error rolls it back. It may be tried again from the start (busy database), so it must only touch the transaction and
/// what it captured for itself.
using RecordWork = std::function<Result<void>(RecordTransaction&)>;

enum class ListOrder : unsigned char { Time, Value };

/// All parts must match; absent ones let everything through.
struct LearningFilter {
  std::vector<core::Kind> kinds;
  std::vector<std::string> categories;  // promoted learnings are in core::kPromotedCategory too
  std::vector<core::Status> statuses;
  std::optional<core::Outcome> outcome;
  std::optional<core::ModelUsed> modelUsed;
  std::optional<std::string> source;
  std::optional<bool> important;
  std::optional<core::Timestamp> since;  // timestamp >= since
  std::optional<core::Timestamp> until;  // timestamp < until
  std::optional<double> minValue;        // value_score >= minValue
  /// Top-level metadata key and the value it must have, as text: a string's content or a scalar's canonical JSON.
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// Where a page ended; the next begins right behind it.
struct PagePlace {
  core::Timestamp time;
  double value = 0;
  core::LearningId id;
};

struct LearningPage {
  std::vector<core::Learning> learnings;
  std::optional<PagePlace> next;  // nothing: that was the last page
};

struct StoreCounts {
  std::uint64_t learnings = 0;
  std::uint64_t pendingIndex = 0;                             // learnings that wait for their vector
  std::uint64_t setAside = 0;                                 // of these, tried in vain and waiting for a retry on demand
  std::string lastError;                                      // of the newest that was set aside
  std::vector<std::pair<std::string, std::uint64_t>> byKind;  // "solution" -> count
  std::vector<std::pair<std::string, std::uint64_t>> byCategory;
  std::vector<std::pair<std::string, std::uint64_t>> byStatus;
  std::uint64_t tokensSavedMeasured = 0;
  std::uint64_t tokensSavedEstimated = 0;
};

/// An outbox row: the index has to take this over.
struct PendingEntry {
  core::LearningId id;
  std::uint64_t revision = 0;
  std::uint32_t attempts = 0;
  /// The learning as it is now; nothing: it is gone or not active, so it leaves the index.
  std::optional<core::Learning> learning;
  /// The stored vector of the current embedder, where the text has not changed since.
  std::optional<std::vector<float>> vector;
};

/// The index took an entry over; the outbox row goes, unless the revision has moved on meanwhile.
struct IndexedEntry {
  core::LearningId id;
  std::uint64_t revision = 0;
  std::optional<std::vector<float>> vector;  // kept for an index that is loaded from the store; nothing: the index keeps it itself
  bool clipped = false;                      // the text was longer than the model's window
};

struct FailedEntry {
  core::LearningId id;
  std::uint64_t revision = 0;
  std::string error;
  bool setAside = false;  // no further try but on demand
  core::Timestamp nextTry;
  bool attempted = true;  // false: it waits for its embedder, no try was lost
};

/// A learning as the index is loaded with it at start.
struct StoredEntry {
  core::Learning learning;
  std::optional<std::vector<float>> vector;
};

struct QualityEntry {
  core::Timestamp time;
  double bestScore = 0;  // a miss is 0
};

struct QualitySum {
  std::uint64_t queries = 0;
  double sumOfBestScores = 0;
};

/// A search by the record store itself, for when the index is down. Empty lists let everything through.
struct TextQuery {
  std::string words;                    // any text; found is what has one of its words
  std::vector<std::string> categories;  // promoted learnings are in core::kPromotedCategory too
  std::vector<core::Kind> kinds;
  std::size_t limit = 200;
};

struct TextHit {
  core::LearningId id;
  double rank = 0;  // higher is better; comparable within one answer
};

struct RecordStoreStatus {
  bool up = false;
  std::string detail;
  std::string version;  // of the engine
  std::string advice;   // what would make it better, though it works
};

/// What finishIndexing says of vectors of another embedder than the one in use.
inline Error ofAnotherEmbedder() { return {ErrorKind::Conflict, "the vectors in use are another embedder's by now: these are not taken"}; }

/// The truth: records, their outbox and what belongs to them. Methods are called on the I/O thread and answer there. Any of them can fail
/// with Unavailable (down), Timeout, Busy (its queue is full), StorageFull or Internal.
class RecordStore {
 public:
  virtual ~RecordStore() = default;

  /// Runs the work in one transaction, with that of concurrent callers where it can; durable when it returns.
  virtual Task<void> write(RecordWork work) = 0;

  /// In the order asked; ids that are not there are left out.
  virtual Task<std::vector<core::Learning>> load(std::vector<core::LearningId> ids) = 0;
  /// Active learnings with one of these keys: what is ahead by successes - failures first, then the newest; at most 50: where there are
  /// more, interactions give way. Interactions that share another one's index entry are left out.
  virtual Task<std::vector<core::Learning>> findByKeys(std::vector<core::Key> keys) = 0;
  /// At most `limit`, maybe fewer where they are large; one at least, where there is one.
  virtual Task<LearningPage> list(LearningFilter filter, ListOrder order, std::optional<PagePlace> after, std::size_t limit) = 0;
  /// Every record by ascending id, behind `after`; pages end as those of a list. Empty: that was all.
  virtual Task<std::vector<core::Learning>> exportPage(std::optional<core::LearningId> after, std::size_t limit) = 0;
  virtual Task<StoreCounts> counts() = 0;

  /// Active learnings that have an index entry of their own, by the words of question and answer, best first. Unavailable where the store
  /// keeps no text index.
  virtual Task<std::vector<TextHit>> searchText(TextQuery query) = 0;

  /// Outbox rows that are due, oldest first, at most a list's page of them, with what the index needs. What can't be read is set aside.
  virtual Task<std::vector<PendingEntry>> pending(core::Timestamp now, std::size_t limit) = 0;
  /// `embedder`: whose vectors the index was given, by its digest; empty: none, or those that the store had. Conflict, and nothing is done,
  /// where vectors belong to another one by now. Need not be synced: after a crash the rows are simply there again.
  virtual Task<void> finishIndexing(std::vector<IndexedEntry> entries, std::string embedder) = 0;
  virtual Task<void> failIndexing(std::vector<FailedEntry> entries) = 0;
  /// Rows that were set aside are due again; returns how many.
  virtual Task<std::uint64_t> retrySetAside() = 0;
  /// Rows that wait for a try later than this are due now.
  virtual Task<void> makeDue(core::Timestamp later) = 0;
  /// These are indexed anew, as far as they have an index entry: their vectors go, outbox rows come. Returns how many.
  virtual Task<std::uint64_t> enqueue(std::vector<core::LearningId> ids) = 0;
  /// Vectors belong to this embedder from now on. What saveVectors kept of it is taken over, vectors of another one go, and active
  /// learnings without a vector get outbox rows. Returns how many vectors went.
  virtual Task<std::uint64_t> useEmbedder(std::string identityDigest) = 0;
  /// Which one that is; nothing at first.
  virtual Task<std::optional<std::string>> usedEmbedder() = 0;
  /// Keeps vectors of a rebuild beside those in use; those of another embedder kept so go. A revision that has moved on is ignored. Need
  /// not be synced.
  virtual Task<void> saveVectors(std::string identityDigest, std::vector<IndexedEntry> entries) = 0;
  /// Active learnings with an index entry of their own, by ascending id with their vectors, to load an index. Pages end as those of a list.
  virtual Task<std::vector<StoredEntry>> scanActive(std::optional<core::LearningId> after, std::size_t limit) = 0;

  /// Whether it is a server's: other processes change it too, and a crash of it may bring outbox rows back that were finished.
  [[nodiscard]] virtual bool isShared() const { return false; }
  /// Whether this process asks what others changed: changedByOthers.
  [[nodiscard]] virtual bool isFollowed() const { return false; }
  /// Learnings whose index entry, or its vector, another process changed since the last call; the first call begins. One call at a time.
  virtual Task<std::vector<core::LearningId>> changedByOthers() { co_return Error(ErrorKind::Internal, "this record store is not shared"); }
  /// Of these the active ones that have an index entry of their own, with their vectors.
  virtual Task<std::vector<StoredEntry>> entriesOf(std::vector<core::LearningId>) {
    co_return Error(ErrorKind::Internal, "this record store is not shared");
  }

  /// What a service has to remember over a restart, by a name of its own; an empty text forgets it.
  virtual Task<std::string> note(std::string name) = 0;
  virtual Task<void> saveNote(std::string name, std::string text) = 0;

  /// Takes or prolongs what one holder at a time may have of this name: true, where no other has it. It ends by itself after `life`, by the
  /// store's own clock. Nobody else can have it where the store is one process's alone.
  virtual Task<bool> takeLease(std::string, std::string, std::chrono::seconds) { co_return true; }
  virtual Task<void> giveLeaseBack(std::string, std::string) { co_return Result<void>(); }

  virtual Task<std::optional<core::Calibration>> calibration(std::string identityDigest) = 0;
  virtual Task<void> saveCalibration(std::string identityDigest, core::Calibration calibration) = 0;

  virtual Task<void> logQuality(std::vector<QualityEntry> entries) = 0;
  /// Since that moment, which may be taken as the beginning of its minute.
  virtual Task<QualitySum> quality(core::Timestamp since) = 0;

  virtual Task<RecordStoreStatus> status() = 0;
};

}  // namespace learnd::ports
