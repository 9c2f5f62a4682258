#pragma once

#include "ports/embedder.hpp"
#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace learnd::contract {

/// An embedder under test, with what it needs.
class EmbedderUnderTest {
 public:
  virtual ~EmbedderUnderTest() = default;
  virtual ports::Embedder& embedder() = 0;
};

struct EmbedderMaker {
  std::string name;
  std::function<std::unique_ptr<EmbedderUnderTest>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const EmbedderMaker& maker) { return out << maker.name; }

/// What every embedder must do, also one with a real model behind it, of which nothing is known. An adapter's test instantiates it with a
/// maker of its embedders.
class EmbedderContract : public testing::TestWithParam<EmbedderMaker> {
 protected:
  using Embeddings = std::vector<ports::Embedding>;

  EmbedderContract() : underTest_(GetParam().make()) {}

  ports::Embedder& embedder() { return underTest_->embedder(); }

  /// The result of a task, which must be a value.
  template <class T>
  T get(ports::Task<T> task) {
    auto result = fakes::runTask(loop_, std::move(task));
    if (!result) throw std::runtime_error("unexpected error: " + result.error().message());
    return std::move(*result);
  }
  Embeddings embed(std::vector<std::string> texts, ports::Priority priority = ports::Priority::Search) {
    return get(embedder().embed(std::move(texts), priority));
  }
  ports::Embedding embedOne(const std::string& text) {
    std::vector<std::string> texts{text};
    return embed(std::move(texts)).front();
  }
  void expectUnit(const ports::Embedding& embedding);

  boost::asio::io_context loop_;

 private:
  std::unique_ptr<EmbedderUnderTest> underTest_;
};

}  // namespace learnd::contract
