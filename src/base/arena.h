// SPDX-License-Identifier: Apache-2.0
#pragma once
// Arena: memory for one call or one document, given back all at once.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace servanda {

// Bump allocator. Destructors never run, so only trivially destructible types may live here.
// reset() keeps the first block (unless one allocation made it larger than 1 MiB), so a recycled
// arena allocates nothing in the steady state.
//
// Threads: not shared. Lifetime: everything handed out lives until reset() or destruction.
class Arena {
 public:
  // `first_block` bytes are taken on the first allocation; later blocks double up to 1 MiB.
  explicit Arena(size_t first_block = 4096) : first_size_(first_block), next_size_(first_block) {}
  // The moved-from arena is empty and usable.
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;

  // Never null. `align` is a power of two, at most 16.
  [[nodiscard]] void* allocate(size_t size, size_t align = 8);

  template <typename T>
  [[nodiscard]] T* array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
  }
  // Constructs one T.
  template <typename T, typename... Args>
  [[nodiscard]] T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{static_cast<Args&&>(args)...};
  }
  // Copies text; the copy lives as long as the arena's content.
  [[nodiscard]] std::string_view copy(std::string_view text);
  // Copies `a` followed by `b`.
  [[nodiscard]] std::string_view join(std::string_view a, std::string_view b);

  // Gives everything back at once; every pointer handed out dangles from here on.
  void reset();
  // Bytes held from the system, for metrics and limits.
  [[nodiscard]] size_t bytes_held() const { return held_; }

 private:
  [[nodiscard]] void* allocate_from_new_block(size_t size, size_t align);
  struct Block {
    std::unique_ptr<char[]> memory;
    size_t size = 0;
  };
  std::vector<Block> blocks_;
  char* at_ = nullptr;
  char* end_ = nullptr;
  size_t first_size_;
  size_t next_size_;
  size_t held_ = 0;
};

}  // namespace servanda
