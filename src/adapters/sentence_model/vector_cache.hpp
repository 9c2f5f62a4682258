#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace learnd::sentence_model {

/// The vectors of the questions asked last, so that one asked again costs nothing. Any thread.
class VectorCache {
 public:
  struct Entry {
    std::vector<float> vector;
    bool clipped = false;
  };

  explicit VectorCache(std::size_t capacity) : capacity_(capacity) {}

  std::optional<Entry> find(const std::string& text);
  /// A long text is not kept: it would not come again, and would take much room.
  void keep(const std::string& text, const Entry& entry);

 private:
  static constexpr std::size_t kLongestText = 1024;
  using Order = std::list<std::pair<std::string, Entry>>;

  std::mutex mutex_;
  std::size_t capacity_;
  Order order_;  // newest first
  std::unordered_map<std::string_view, Order::iterator> places_;
};

}  // namespace learnd::sentence_model
