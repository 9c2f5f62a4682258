#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace learnd::sentence_model {

/// Numbers that begin at a cache line, so that no vector of them lies across two. All are 0 at first.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) : numbers_(allocate(size)), size_(size) {}
  explicit AlignedBuffer(std::span<const T> numbers) : AlignedBuffer(numbers.size()) { std::copy(numbers.begin(), numbers.end(), data()); }

  [[nodiscard]] T* data() { return numbers_.get(); }
  [[nodiscard]] const T* data() const { return numbers_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& operator[](std::size_t at) { return numbers_.get()[at]; }
  [[nodiscard]] const T& operator[](std::size_t at) const { return numbers_.get()[at]; }

 private:
  static_assert(std::is_trivially_destructible_v<T>);
  static constexpr std::size_t kCacheLine = 64;

  struct Free {
    void operator()(T* numbers) const { std::free(numbers); }
  };

  static T* allocate(std::size_t size) {
    const std::size_t lines = (size * sizeof(T) + kCacheLine - 1) / kCacheLine;
    void* bytes = std::aligned_alloc(kCacheLine, std::max<std::size_t>(lines, 1) * kCacheLine);
    if (bytes == nullptr) throw std::bad_alloc();
    T* numbers = static_cast<T*>(bytes);
    std::uninitialized_value_construct_n(numbers, size);
    return numbers;
  }

  std::unique_ptr<T[], Free> numbers_;
  std::size_t size_ = 0;
};

}  // namespace learnd::sentence_model
