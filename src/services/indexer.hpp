#pragma once

#include "services/calibration_service.hpp"
#include "services/embedder_adoption.hpp"
#include "services/service_context.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace learnd::services {

/// Brings the index up to the records: words at once, vectors from the outbox in batches behind every search. On the I/O thread.
class Indexer {
 public:
  Indexer(ServiceContext& context, CalibrationService& calibration, EmbedderAdoption& adoption)
      : context_(context), calibration_(calibration), adoption_(adoption) {}

  /// Loads the index from the record store; vectors of another embedder are dropped, to be made anew. Before serving.
  ports::Task<void> load();

  /// What a look at the outbox left: nothing due, or a backend that does not answer.
  enum class Round : unsigned char { Idle, Worked, Failed };

  /// Works the outbox off as far as it can now: without an embedder the words alone. One of these runs.
  boost::asio::awaitable<Round> work();
  /// That again and again until stop().
  boost::asio::awaitable<void> run();
  void stop();

  /// A learning was stored or changed: its words go in now, its vector too where it is given, else that follows. True: its vector is in.
  ports::Task<bool> take(core::Learning learning, std::optional<ports::Embedding> embedding);
  /// A learning whose text or attributes changed: embedded (in a second at most) and taken.
  ports::Task<bool> refresh(core::Learning learning);
  /// Its vector, where there is an embedder that answers in time; else nothing.
  ports::Task<std::optional<ports::Embedding>> embed(std::string text, std::chrono::milliseconds time);
  /// Many at once, words only; their vectors follow.
  ports::Task<void> takeWords(std::vector<core::Learning> learnings);
  ports::Task<void> drop(core::LearningId id);
  /// What another process has made of these, for an index that is loaded from the record store.
  ports::Task<void> takeStored(std::vector<ports::StoredEntry> entries, std::vector<core::LearningId> gone);
  [[nodiscard]] bool isLoaded() const { return loaded_; }
  /// Whose vectors the index has, by its digest; empty where that is not settled.
  [[nodiscard]] std::string embedder() const { return adoption_.adopted(); }
  /// The piece of the outbox that is on its way into the index, as it was read; nothing where none is.
  [[nodiscard]] std::optional<std::uint64_t> piece() const { return working_ ? std::optional(piece_) : std::nullopt; }
  /// Whether the index has room for a learning of this category: InvalidInput of "category" where it has not.
  ports::Task<void> admit(std::string category);
  /// There may be new outbox rows.
  void wake();

  /// As the index in use wants it.
  [[nodiscard]] ports::IndexEntry entryFor(const core::Learning& learning, std::optional<std::vector<float>> vector) const;
  /// A backend that does not answer, which no text is to blame for.
  [[nodiscard]] static bool isOutage(ports::ErrorKind kind);

  /// While one lives no vector goes into the index or the record store; words do.
  class Hold {
   public:
    explicit Hold(Indexer& indexer) : indexer_(indexer) { ++indexer_.holds_; }
    ~Hold() {
      --indexer_.holds_;
      indexer_.wake();
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    Indexer& indexer_;
  };
  /// Under a hold: ends when no vector is on its way any more.
  boost::asio::awaitable<void> untilStill();
  /// What comes goes into the second index too.
  void fillSecondToo(bool both) { fillsSecond_ = both; }

 private:
  /// A row of the outbox, as it was read.
  struct Row {
    core::LearningId id;
    std::uint64_t revision = 0;
    std::uint32_t attempts = 0;
  };
  /// A piece of the outbox on its way into the index.
  struct Batch {
    std::vector<Row> rows;
    std::vector<core::LearningId> gone;
    std::vector<ports::IndexEntry> entries;
    std::vector<ports::IndexedEntry> done;
    std::vector<ports::PendingEntry> missing;                                          // without a vector
    std::unordered_map<core::LearningId, ports::Error, core::LearningIdHash> refused;  // each by itself
  };
  enum class Embedding : unsigned char { Unknown, Up, Down };

  /// An index in memory has vectors of another embedder: it is filled again beside itself.
  ports::Task<void> loadAgain();
  ports::Task<ports::Embedding> embedOne(std::string text);
  ports::Task<void> finish(std::vector<ports::IndexedEntry> done, std::string embedder);
  /// What a round needs: the index loaded, an embedder, its scale.
  ports::Task<void> prepare();
  /// Says once when the embedder comes or goes.
  void tell(const ports::Result<void>& ready);
  void tellDelay(const ports::Error& error);
  ports::Task<void> adoptEmbedder();
  ports::Task<void> put(std::vector<ports::IndexEntry> entries);
  boost::asio::awaitable<Round> workOff();
  /// Without an embedder all rows may be waiting for it, and a look at them goes through all: only where there is a reason.
  [[nodiscard]] bool isLookDue() const;
  [[nodiscard]] Batch batchOf(std::vector<ports::PendingEntry> pending) const;
  ports::Task<void> indexBatch(Batch& batch);
  /// Embeds missing[first, end): what is embedded, or fails by itself, leaves a gap there. An outage is an error, and the rest stays.
  ports::Task<void> embedInto(Batch& batch, std::size_t first, std::size_t end);
  /// entries[first, end) into the index, and gone[first, end) out of it: where it refuses them, by halves, until it is known which. An
  /// outage is an error.
  ports::Task<void> putInto(Batch& batch, std::size_t first, std::size_t end);
  ports::Task<void> removeFrom(Batch& batch, std::size_t first, std::size_t end);
  /// What was refused is tried again later, or set aside. What was only not reached is given back to all daemons.
  ports::Task<void> leave(const Batch& batch, const ports::Result<void>& indexed);
  /// The vector, where the record store has to keep it.
  [[nodiscard]] std::optional<std::vector<float>> toKeep(std::optional<std::vector<float>> vector) const;
  /// A row of the outbox whose words are in the index.
  struct WordsTaken {
    core::LearningId id;
    std::uint64_t revision = 0;
  };
  /// They wait for the embedder; no try was lost.
  ports::Task<void> putOff(std::vector<WordsTaken> rows);
  /// Those whose words came with their store, without reading them again.
  ports::Task<void> putOffTaken();
  /// New learnings whose words went in: their rows are put off with others, where nobody can embed them.
  void noteTaken(const std::vector<WordsTaken>& rows);
  ports::FailedEntry setBack(const Row& row, const ports::Error& reason);
  ports::Task<void> flushHanded();
  /// Until somebody may have left work behind, or what failed is due.
  [[nodiscard]] std::chrono::milliseconds idlePause() const;
  boost::asio::awaitable<void> sleep(std::chrono::milliseconds time);
  /// Sleeps on when it is woken; stop() ends it.
  boost::asio::awaitable<void> pause(std::chrono::milliseconds time);
  boost::asio::awaitable<void> letStoresPass();

  ServiceContext& context_;
  CalibrationService& calibration_;
  EmbedderAdoption& adoption_;
  std::optional<boost::asio::steady_timer> idle_;
  bool stopping_ = false;
  bool woken_ = false;
  /// There may be rows that the last look at the outbox, made then, did not see.
  std::string delay_;  // why indexing waits, as the log has it; empty: it does not
  bool news_ = true;
  std::chrono::steady_clock::time_point lastLook_{};
  /// When the first of what failed is due.
  std::optional<std::chrono::steady_clock::time_point> nextTry_;
  bool flushing_ = false;
  bool loaded_ = false;
  bool fillsSecond_ = false;
  bool working_ = false;
  std::uint64_t piece_ = 0;
  int holds_ = 0;
  Embedding embedding_ = Embedding::Unknown;
  /// There may be rows whose words are in the index and whose vector waits for the embedder: those of an earlier run too.
  bool wordsAhead_ = true;
  /// When many learnings were last taken at once, or one without an embedder.
  std::chrono::steady_clock::time_point lastBusy_{};
  /// Categories that there are, as far as anybody asked.
  std::unordered_set<std::string> categories_;
  /// Vectors that stores brought along, to be written together.
  std::vector<ports::IndexedEntry> handed_;
  std::string handedOf_;  // their embedder
  /// Rows that have their words and no embedder, not yet put off.
  std::vector<WordsTaken> wordsTaken_;
  /// Learnings whose vector is on its way from a store, so that the outbox does not make it a second time.
  std::unordered_set<core::LearningId, core::LearningIdHash> inFlight_;
};

}  // namespace learnd::services
