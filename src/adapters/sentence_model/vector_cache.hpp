#pragma once

#include "ports/embedder.hpp"

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace learnd::sentence_model {

/// The vectors of the questions asked last, so that one asked again costs nothing. Any thread.
class VectorCache {
 public:
  explicit VectorCache(std::size_t capacity) : capacity_(capacity) {}

  [[nodiscard]] std::optional<ports::Embedding> find(const std::string& text);
  /// A text of more than 1 KiB is not kept: it would not come again, and would take much room.
  void keep(const std::string& text, const ports::Embedding& embedding);

 private:
  static constexpr std::size_t kLongestText = 1024;
  using Order = std::list<std::pair<std::string, ports::Embedding>>;

  std::mutex mutex_;
  std::size_t capacity_;
  Order order_;  // the one asked last first
  std::unordered_map<std::string_view, Order::iterator> places_;
};

}  // namespace learnd::sentence_model
