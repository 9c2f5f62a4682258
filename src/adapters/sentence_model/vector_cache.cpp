#include "adapters/sentence_model/vector_cache.hpp"

namespace learnd::sentence_model {

std::optional<ports::Embedding> VectorCache::find(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(text);
  if (place == places_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, place->second);
  return place->second->second;
}

void VectorCache::keep(const std::string& text, const ports::Embedding& embedding) {
  if (text.size() > kLongestText) return;
  const std::lock_guard lock(mutex_);
  if (places_.contains(text)) return;
  order_.emplace_front(text, embedding);
  places_.emplace(order_.front().first, order_.begin());
  if (order_.size() <= capacity_) return;
  places_.erase(order_.back().first);
  order_.pop_back();
}

}  // namespace learnd::sentence_model
