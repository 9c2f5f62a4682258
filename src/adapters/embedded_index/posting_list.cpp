#include "adapters/embedded_index/posting_list.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace learnd::embedded_index {

PostingList::PostingList(PostingList&& other) noexcept { *this = std::move(other); }

PostingList& PostingList::operator=(PostingList&& other) noexcept {
  if (this == &other) return *this;
  if (!isInside()) std::free(outside_);
  if (other.isInside()) {
    std::copy_n(other.inside_, kInside, inside_);
  } else {
    outside_ = other.outside_;
  }
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, kInside);
  return *this;
}

PostingList::~PostingList() {
  if (!isInside()) std::free(outside_);
}

void PostingList::insert(LocalSlot slot, PostingWeight weight) {
  // A quarter more each time: half of the lists' memory would be empty with doubling.
  if (size_ == capacity_) resizeTo(capacity_ + std::max(capacity_ / 4, 2U));
  Posting* const all = data();
  Posting* const end = all + size_;
  // Documents mostly come in order.
  Posting* const place = size_ == 0 || slotOf(end[-1]) < slot ? end : std::lower_bound(all, end, makePosting(slot, 0));
  std::memmove(place + 1, place, static_cast<std::size_t>(end - place) * sizeof(Posting));
  *place = makePosting(slot, weight);
  ++size_;
}

void PostingList::erase(LocalSlot slot) {
  Posting* const all = data();
  Posting* const end = all + size_;
  Posting* const place = std::lower_bound(all, end, makePosting(slot, 0));
  if (place == end || slotOf(*place) != slot) return;
  std::memmove(place, place + 1, static_cast<std::size_t>(end - place - 1) * sizeof(Posting));
  --size_;
  if (!isInside() && size_ <= capacity_ / 2) resizeTo(std::max(size_ + size_ / 4, kInside));
}

void PostingList::resizeTo(std::uint32_t capacity) {
  if (capacity == kInside) {
    Posting* const old = outside_;
    Posting kept[kInside] = {};
    std::copy_n(old, size_, kept);
    std::copy_n(kept, kInside, inside_);
    std::free(old);
  } else {
    void* const grown = std::realloc(isInside() ? nullptr : outside_, capacity * sizeof(Posting));
    if (!grown) throw std::bad_alloc();
    if (isInside()) std::memcpy(grown, inside_, size_ * sizeof(Posting));
    outside_ = static_cast<Posting*>(grown);
  }
  capacity_ = capacity;
}

}  // namespace learnd::embedded_index
