#pragma once

#include "ports/vector_index.hpp"
#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace learnd::contract {

/// An index under test, empty at first.
class VectorIndexUnderTest {
 public:
  virtual ~VectorIndexUnderTest() = default;
  virtual ports::VectorIndex& index() = 0;
};

struct VectorIndexMaker {
  std::string name;
  std::function<std::unique_ptr<VectorIndexUnderTest>()> make;
  /// How rare a word is counts over the whole index, as it is now; false: over a category, and over what has gone for a while.
  bool exactRarity = true;
};

inline std::ostream& operator<<(std::ostream& out, const VectorIndexMaker& maker) { return out << maker.name; }

/// What every vector index must do. An adapter's test instantiates it with a maker of its indexes.
class VectorIndexContract : public testing::TestWithParam<VectorIndexMaker> {
 protected:
  VectorIndexContract() : underTest_(GetParam().make()) {}

  ports::VectorIndex& index() { return underTest_->index(); }

  /// The result of a task, which must be a value.
  template <class T>
  T get(ports::Task<T> task) {
    auto result = fakes::runTask(loop_, std::move(task));
    if (!result) throw std::runtime_error("unexpected error: " + result.error().message());
    return std::move(*result);
  }
  core::Result<void> run(ports::Task<void> task) { return fakes::runTask(loop_, std::move(task)); }

  void put(ports::IndexEntry entry);
  void put(std::vector<ports::IndexEntry> entries);
  void take(std::uint64_t number);
  ports::IndexAnswer search(ports::IndexQuery query) { return get(index().search(std::move(query))); }
  /// What an answer says of an entry; nothing: it is no candidate.
  static std::optional<core::Candidate> candidate(const ports::IndexAnswer& answer, std::uint64_t number);
  /// The numbers of the candidates, ascending.
  static std::vector<std::uint64_t> numbersOf(const ports::IndexAnswer& answer);
  /// The numbers of what a search by these words finds.
  std::vector<std::uint64_t> foundByWords(const std::string& words, ports::IndexFilter filter = {});

  boost::asio::io_context loop_;

 private:
  std::unique_ptr<VectorIndexUnderTest> underTest_;
};

/// What those do besides whose word scores follow every change at once.
class VectorIndexRarityContract : public VectorIndexContract {};

core::LearningId indexId(std::uint64_t number);
std::uint64_t numberOf(const core::LearningId& id);
/// Words alone, revision 1, a solution of "skills-patterns".
ports::IndexEntry wordsEntry(std::uint64_t number, std::string words);
ports::IndexEntry entryWithVector(std::uint64_t number, std::string words, std::vector<float> vector);
ports::IndexQuery byWords(std::string words);
ports::IndexQuery byVector(std::vector<float> vector);

/// Texts and vectors in groups that are alike, as real ones are. The same seed gives the same ones.
class SampleWorld {
 public:
  SampleWorld(std::size_t dimensions, std::uint64_t seed);

  std::string text();
  std::vector<float> vector();
  ports::IndexEntry entry(std::uint64_t number, std::uint64_t revision);
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

 private:
  std::size_t dimensions_;
  std::mt19937_64 random_;
  std::vector<std::vector<float>> centres_;
  std::vector<std::string> vocabulary_;
};

}  // namespace learnd::contract
