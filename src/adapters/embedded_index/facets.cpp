#include "adapters/embedded_index/facets.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace learnd::embedded_index {

namespace {

/// Makes keys. The algorithm is looked up once for all of an entry's: that takes longer than a digest.
class FacetHasher {
 public:
  FacetHasher() : digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free), context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!digest_ || !context_) throw std::runtime_error("SHA-256 is not available");
  }

  /// The name's length comes first, so that no two pairs are the same bytes.
  FacetKey key(char property, std::string_view name, std::string_view value) {
    const auto length = static_cast<std::uint64_t>(name.size());
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    const bool made = EVP_DigestInit_ex(context_.get(), digest_.get(), nullptr) == 1 && add(&property, sizeof property) &&
                      add(&length, sizeof length) && add(name.data(), name.size()) && add(value.data(), value.size()) &&
                      EVP_DigestFinal_ex(context_.get(), bytes.data(), nullptr) == 1;
    if (!made) throw std::runtime_error("SHA-256 failed");
    FacetKey key;
    std::memcpy(&key, bytes.data(), sizeof key);
    return key;
  }
  FacetKey category(std::string_view name) { return key('c', name, {}); }
  FacetKey kind(core::Kind kind) { return key('k', core::nameOf(kind), {}); }
  FacetKey attribute(std::string_view name, std::string_view value) { return key('a', name, value); }

 private:
  bool add(const void* data, std::size_t size) { return EVP_DigestUpdate(context_.get(), data, size) == 1; }

  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> digest_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::vector<FacetKey> facetsOf(const ports::IndexEntry& entry) {
  FacetHasher hasher;
  std::vector<FacetKey> facets{hasher.category(entry.category), hasher.kind(entry.kind)};
  if (entry.promoted) facets.push_back(hasher.category(core::kPromotedCategory));
  for (const auto& [name, value] : entry.attributes) facets.push_back(hasher.attribute(name, value));
  std::sort(facets.begin(), facets.end());
  facets.erase(std::unique(facets.begin(), facets.end()), facets.end());
  return facets;
}

std::vector<std::vector<FacetKey>> requirementsOf(const ports::IndexFilter& filter) {
  std::vector<std::vector<FacetKey>> requirements;
  if (filter.categories.empty() && filter.kinds.empty() && filter.attributes.empty()) return requirements;
  FacetHasher hasher;
  if (!filter.categories.empty()) {
    auto& anyOf = requirements.emplace_back();
    for (const auto& category : filter.categories) anyOf.push_back(hasher.category(category));
  }
  if (!filter.kinds.empty()) {
    auto& anyOf = requirements.emplace_back();
    for (const core::Kind kind : filter.kinds) anyOf.push_back(hasher.kind(kind));
  }
  for (const auto& condition : filter.attributes) {
    auto& anyOf = requirements.emplace_back();
    for (const auto& value : condition.values) anyOf.push_back(hasher.attribute(condition.name, value));
  }
  return requirements;
}

void FacetIndex::insert(Slot slot, std::span<const FacetKey> facets) {
  std::vector<std::uint32_t> ordinals;
  ordinals.reserve(facets.size());
  for (const FacetKey& facet : facets) {
    ordinals.push_back(ordinalOf(facet));
    facets_[ordinals.back()].slots.add(slot);
  }
  std::sort(ordinals.begin(), ordinals.end());
  if (slot >= entries_.size()) entries_.resize(slot + std::size_t{1});
  entries_[slot] = OrdinalList(ordinals);
}

void FacetIndex::erase(Slot slot) {
  if (slot >= entries_.size()) return;
  const OrdinalList entry = std::exchange(entries_[slot], OrdinalList());
  for (const std::uint32_t ordinal : entry.ordinals()) {
    Facet& facet = facets_[ordinal];
    facet.slots.remove(slot);
    if (!facet.slots.empty()) continue;
    ordinals_.erase(facet.key);
    freeOrdinals_.push_back(ordinal);
  }
}

std::optional<SlotBitmap> FacetIndex::meeting(const std::vector<std::vector<FacetKey>>& requirements) const {
  std::optional<SlotBitmap> all;
  for (const auto& anyOf : requirements) {
    SlotBitmap any(entries_.size());
    for (const FacetKey& key : anyOf) {
      const auto place = ordinals_.find(key);
      if (place != ordinals_.end()) facets_[place->second].slots.addTo(any);
    }
    if (all) {
      all->intersect(any);
    } else {
      all = std::move(any);
    }
  }
  return all;
}

std::uint32_t FacetIndex::ordinalOf(const FacetKey& key) {
  const auto [place, isNew] = ordinals_.try_emplace(key, static_cast<std::uint32_t>(facets_.size()));
  if (!isNew) return place->second;
  if (freeOrdinals_.empty()) {
    facets_.emplace_back();
  } else {
    place->second = freeOrdinals_.back();
    freeOrdinals_.pop_back();
  }
  facets_[place->second].key = key;
  return place->second;
}

}  // namespace learnd::embedded_index
