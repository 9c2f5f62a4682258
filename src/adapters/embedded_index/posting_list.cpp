#include "adapters/embedded_index/posting_list.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace learnd::embedded_index {

namespace {

/// A table takes 2 bytes a place, a list 4 a document, and adding a table's whole content to the scores takes as long as a list's of about
/// a sixteenth as many documents (measured).
constexpr std::uint32_t kPlacesPerDocument = 8;
constexpr std::uint32_t kSmallestTable = 512;

template <class T>
T* resized(T* memory, std::size_t count) {
  void* const grown = std::realloc(memory, count * sizeof(T));
  if (!grown) throw std::bad_alloc();
  return static_cast<T*>(grown);
}

std::uint32_t tableSizeFor(LocalSlot slot) { return (slot / PostingList::kTableUnit + 1) * PostingList::kTableUnit; }

}  // namespace

PostingList::PostingList(PostingList&& other) noexcept { *this = std::move(other); }

PostingList& PostingList::operator=(PostingList&& other) noexcept {
  if (this == &other) return *this;
  free();
  std::memcpy(inside_, other.inside_, sizeof inside_);  // whichever form
  size_ = std::exchange(other.size_, 0);
  capacity_ = other.capacity_;
  form_ = other.form_;
  other.capacity_ = kInside;
  other.form_ = Form::Inside;
  return *this;
}

PostingList::~PostingList() { free(); }

void PostingList::free() {
  if (form_ == Form::List) std::free(list_);
  if (form_ == Form::Table) std::free(table_);
}

std::span<const Posting> PostingList::postings() const {
  if (form_ == Form::Table) return {};
  return {data(), size_};
}

std::span<const PostingWeight> PostingList::table() const {
  if (form_ != Form::Table) return {};
  return {table_, capacity_};
}

void PostingList::insert(LocalSlot slot, PostingWeight weight) {
  if (form_ != Form::Table) {
    insertIntoList(slot, weight);
    const std::uint32_t places = slotOf(data()[size_ - 1]) + 1U;
    if (size_ >= kSmallestTable && size_ > places / kPlacesPerDocument) turnIntoTable();
    return;
  }
  growTable(slot);
  table_[slot] = weight;
  ++size_;
}

void PostingList::insertIntoList(LocalSlot slot, PostingWeight weight) {
  // A quarter more each time: half of the lists' memory would be empty with doubling.
  if (size_ == capacity_) resizeList(size_ + std::max(size_ / 4, 2U));
  Posting* const all = data();
  Posting* const end = all + size_;
  // Documents mostly come in order.
  Posting* const place = size_ == 0 || slotOf(end[-1]) < slot ? end : std::lower_bound(all, end, makePosting(slot, 0));
  std::memmove(place + 1, place, static_cast<std::size_t>(end - place) * sizeof(Posting));
  *place = makePosting(slot, weight);
  ++size_;
}

void PostingList::erase(LocalSlot slot) {
  if (form_ == Form::Table) {
    table_[slot] = 0;
    // Half of what made it a table, so that one at the limit does not turn to and fro.
    if (--size_ < std::max(kSmallestTable, capacity_ / kPlacesPerDocument) / 2) turnIntoList();
    return;
  }
  Posting* const all = data();
  Posting* const end = all + size_;
  Posting* const place = std::lower_bound(all, end, makePosting(slot, 0));
  std::memmove(place, place + 1, static_cast<std::size_t>(end - place - 1) * sizeof(Posting));
  --size_;
  if (form_ == Form::List && size_ <= capacity_ / 2) resizeList(std::max(size_ + size_ / 4, kInside));
}

void PostingList::resizeList(std::uint32_t capacity) {
  if (capacity <= kInside) {
    Posting* const old = list_;
    std::copy_n(old, size_, inside_);
    std::free(old);
    form_ = Form::Inside;
  } else if (form_ == Form::Inside) {
    auto* const list = resized<Posting>(nullptr, capacity);
    std::copy_n(inside_, size_, list);
    list_ = list;
    form_ = Form::List;
  } else {
    list_ = resized(list_, capacity);
  }
  capacity_ = capacity & 0x3FFFFFFFU;
}

void PostingList::growTable(LocalSlot slot) {
  if (slot < capacity_) return;
  // Each document of a growing store comes with a higher place: an eighth ahead saves most of the copying.
  const auto ahead = static_cast<LocalSlot>(std::min<std::uint32_t>(slot + capacity_ / 8, 65535));
  const std::uint32_t places = tableSizeFor(ahead);
  table_ = resized(table_, places);
  std::fill(table_ + capacity_, table_ + places, PostingWeight{0});
  capacity_ = places & 0x3FFFFFFFU;
}

void PostingList::turnIntoTable() {
  const std::uint32_t places = tableSizeFor(slotOf(list_[size_ - 1]));
  auto* const table = resized<PostingWeight>(nullptr, places);
  std::fill_n(table, places, PostingWeight{0});
  for (const Posting posting : postings()) table[slotOf(posting)] = weightOf(posting);
  std::free(list_);
  table_ = table;
  capacity_ = places & 0x3FFFFFFFU;
  form_ = Form::Table;
}

void PostingList::turnIntoList() {
  auto* const list = resized<Posting>(nullptr, std::max(size_, kInside + 1));
  Posting* end = list;
  for (std::uint32_t slot = 0; slot < capacity_; ++slot) {
    if (table_[slot] != 0) *end++ = makePosting(static_cast<LocalSlot>(slot), table_[slot]);
  }
  std::free(table_);
  list_ = list;
  capacity_ = std::max(size_, kInside + 1) & 0x3FFFFFFFU;
  form_ = Form::List;
}

}  // namespace learnd::embedded_index
