#pragma once

#include "ports/record_store.hpp"
#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace learnd::contract {

using fakes::runTask;

/// A record store under test, empty at first.
class RecordStoreUnderTest {
 public:
  virtual ~RecordStoreUnderTest() = default;
  virtual ports::RecordStore& store() = 0;
  /// As after a stop and a new start.
  virtual void reopen() = 0;
};

struct RecordStoreMaker {
  std::string name;
  std::function<std::unique_ptr<RecordStoreUnderTest>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const RecordStoreMaker& maker) { return out << maker.name; }

/// What every record store must do. An adapter's test instantiates it with a maker of its stores.
class RecordStoreContract : public testing::TestWithParam<RecordStoreMaker> {
 protected:
  RecordStoreContract() : underTest_(GetParam().make()) {}

  ports::RecordStore& store() { return underTest_->store(); }
  void reopen() { underTest_->reopen(); }

  /// The result of a task, which must be a value.
  template <class T>
  T get(ports::Task<T> task) {
    auto result = runTask(loop_, std::move(task));
    if (!result) throw std::runtime_error("unexpected error: " + result.error().message());
    return std::move(*result);
  }
  core::Result<void> write(ports::RecordWork work) { return runTask(loop_, store().write(std::move(work))); }
  /// A work that must succeed.
  void must(ports::RecordWork work);

  void insert(const core::Learning& learning);
  void update(const core::Learning& learning, ports::IndexChange change);
  void erase(const core::LearningId& id);
  core::Learning loaded(const core::LearningId& id);
  /// All outbox rows that are due in the far future.
  std::vector<ports::PendingEntry> pending(std::size_t limit = 1000);
  /// Takes everything that is due into the index, with a vector made of the first two letters of each question.
  void finishAll();
  void finish(const core::LearningId& id, std::uint64_t revision, std::optional<std::vector<float>> vector);
  /// All pages of a list, one after another.
  std::vector<core::LearningId> listed(const ports::LearningFilter& filter, ports::ListOrder order, std::size_t limit);

  boost::asio::io_context loop_;

 private:
  std::unique_ptr<RecordStoreUnderTest> underTest_;
};

/// The nth id; ascending.
core::LearningId idOf(std::uint64_t number);
core::Timestamp timeOf(std::int64_t second);
/// A solution with a question and a moment of its own.
core::Learning solutionOf(std::uint64_t number);
/// An interaction with a given question and answer.
core::Learning interactionOf(std::uint64_t number, std::string query, std::string response);
std::vector<core::LearningId> idsOf(const std::vector<core::Learning>& learnings);
std::vector<core::LearningId> idsOf(const std::vector<ports::PendingEntry>& entries);
void expectEqual(const core::Learning& a, const core::Learning& b);
/// The vector that finishAll gives a learning.
std::vector<float> vectorOf(const core::Learning& learning);

}  // namespace learnd::contract
