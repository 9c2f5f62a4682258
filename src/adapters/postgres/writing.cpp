#include "adapters/postgres/writing.hpp"

#include <optional>
#include <random>

namespace learnd::postgres {

namespace {

using namespace std::chrono_literals;
using core::Error;
using core::ErrorKind;
using core::Result;

constexpr unsigned kMostTries = 8;
/// What a restart of the server takes; a caller has given up by then.
constexpr auto kDoubtPatience = 8s;
constexpr auto kDoubtPause = 50ms;

std::chrono::milliseconds jitter(unsigned tries) {
  static thread_local std::mt19937 random{std::random_device{}()};
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(1, 4 << tries)(random));
}

/// Every transaction of a writer holds it from its beginning: who gets it knows that none is under way. 64 random bits: nobody else has it.
std::string writerLockText(const core::LearningId& writer) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = (number << 8U) | writer.bytes()[i];
  return "pg_advisory_xact_lock(" + std::to_string(static_cast<std::int64_t>(number)) + "::bigint)";
}

std::string lockText(const SchemaNames& names, WriteLock lock) {
  return std::string(lock == WriteLock::WholeStore ? "pg_advisory_xact_lock(" : "pg_advisory_xact_lock_shared(") +
         std::to_string(names.lockClass()) + ", " + std::to_string(kWholeStoreLock) + ")";
}

enum class Fate : unsigned char { Committed, Undone, Unknown };

/// The commit, with its number for whoever has to ask later.
std::string commitText(const core::LearningId& writer, std::int64_t number) {
  return "insert into commits (writer, number) values ('" + writer.text() + "', " + std::to_string(number) +
         ") on conflict (writer) do update set number = excluded.number, time = excluded.time; commit";
}

/// What became of a transaction whose commit was not answered. The server may not have seen yet that we are gone, and may only be about to
/// commit it: its end is waited for. Two statements, so that the second one sees what the first one waited for.
Fate fateOf(Slot& slot, const core::LearningId& writer, std::int64_t number) {
  const std::string lastCommit = "select " + writerLockText(writer) + "; select number from commits where writer = '" + writer.text() + "'";
  const auto deadline = Connection::Clock::now() + kDoubtPatience;
  do {
    try {
      const Rows rows = slot.connection().script(lastCommit);
      return !rows.empty() && Row(rows, 0).integer() == number ? Fate::Committed : Fate::Undone;
    } catch (const PostgresFailure& failure) {
      if (failure.lostConnection()) slot.drop();
    } catch (const ServerDown&) {
      // It may be back in time.
    }
  } while (Connection::Clock::now() < deadline && slot.pause(kDoubtPause));
  return Fate::Unknown;
}

/// One try of a work.
class Try {
 public:
  enum class Next : unsigned char { Answer, Again, AgainWhole };

  Try(Slot& slot, const SchemaNames& names, const Claimer& claimer, WriteLock lock)
      : slot_(slot), names_(names), claimer_(claimer), lock_(lock) {}

  Next run(const ports::RecordWork& work) {
    try {
      return runOn(slot_.connection(), work);
    } catch (const PostgresFailure& failure) {
      return afterFailure(failure);
    }
  }

  [[nodiscard]] const Result<void>& answer() const { return answer_; }

 private:
  Next runOn(Connection& connection, const ports::RecordWork& work) {
    writer_ = slot_.writer();
    connection.script("begin; select " + writerLockText(writer_) + ", " + lockText(names_, lock_));
    RecordTransaction inside(WriteContext{connection, claimer_}, names_, lock_);
    try {
      answer_ = work(inside);
    } catch (const std::exception& error) {
      answer_ = Error(ErrorKind::Internal, std::string("record store: ") + error.what());
    }
    if (answer_ && !inside.failure() && !inside.bug()) answer_ = inside.flush();
    if (inside.failure()) throw *inside.failure();
    if (inside.bug() || !answer_) {
      slot_.rollBack();
      if (inside.needsWholeStore()) return Next::AgainWhole;
      if (inside.bug()) answer_ = *inside.bug();
      return Next::Answer;
    }
    committing_ = true;
    number_ = slot_.nextCommit();
    connection.commit(commitText(writer_, number_));
    return Next::Answer;
  }

  Next afterFailure(const PostgresFailure& failure) {
    answer_ = errorOf(failure);
    const bool mayBeCommitted = committing_ && !failure.isCertainlyUndone();
    if (failure.lostConnection() || mayBeCommitted) {
      slot_.drop();
    } else {
      slot_.rollBack();
    }
    if (!mayBeCommitted) {
      // Where the server hangs its caller has waited long enough.
      const bool again = failure.mayPassAgain() || (failure.lostConnection() && failure.state() != "57014");
      return again ? Next::Again : Next::Answer;
    }
    switch (fateOf(slot_, writer_, number_)) {
      case Fate::Committed:
        answer_ = Result<void>();
        return Next::Answer;
      case Fate::Undone:
        return Next::Again;
      case Fate::Unknown:
        break;
    }
    answer_ = Error(ErrorKind::Unavailable,
                    "record store: the connection was lost while this was being stored, and it can't be found out whether it was: look, or "
                    "store it again (only an interaction without an id would be stored twice)");
    return Next::Answer;
  }

  Slot& slot_;
  const SchemaNames& names_;
  const Claimer& claimer_;
  const WriteLock lock_;
  core::LearningId writer_;
  std::int64_t number_ = 0;
  bool committing_ = false;
  Result<void> answer_;
};

}  // namespace

Result<void> runWork(Slot& slot, const SchemaNames& names, const Claimer& claimer, const ports::RecordWork& work) {
  WriteLock lock = WriteLock::Keys;
  Result<void> last;
  for (unsigned tries = 0; tries < kMostTries; ++tries) {
    Try once(slot, names, claimer, lock);
    const auto next = once.run(work);
    last = once.answer();
    if (next == Try::Next::Answer) return last;
    if (next == Try::Next::AgainWhole) {
      lock = WriteLock::WholeStore;
    } else if (!slot.pause(jitter(tries))) {
      return last;
    }
  }
  return last;
}

void forgetOldWriters(Connection& connection) { connection.script("delete from commits where time < now() - interval '1 day'"); }

Result<void> runRepeatable(Slot& slot, const std::function<void(Connection&)>& work) {
  for (unsigned tries = 0;; ++tries) {
    try {
      Connection& connection = slot.connection();
      connection.begin();
      work(connection);
      connection.commit();
      return {};
    } catch (const PostgresFailure& failure) {
      const bool hangs = failure.state() == "57014";
      if (failure.lostConnection()) {
        slot.drop();
      } else {
        slot.rollBack();
      }
      const bool again = failure.mayPassAgain() || (failure.lostConnection() && !hangs);
      if (!again || tries + 1 == kMostTries || !slot.pause(jitter(tries))) return errorOf(failure);
    } catch (...) {
      // What was read can't be understood: nothing of the transaction may stay open on the connection.
      slot.rollBack();
      throw;
    }
  }
}

}  // namespace learnd::postgres
