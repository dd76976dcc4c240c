// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "base/check.h"

namespace servanda {
namespace {

constexpr size_t kBlockMax = size_t{1} << 20;

// Far above any limit of a request or a document: reached only by a size that was miscomputed.
constexpr size_t kAllocationMax = size_t{1} << 40;

}  // namespace

Arena::Arena(Arena&& other) noexcept
    : blocks_(std::move(other.blocks_)),
      at_(std::exchange(other.at_, nullptr)),
      end_(std::exchange(other.end_, nullptr)),
      first_size_(other.first_size_),
      next_size_(std::exchange(other.next_size_, other.first_size_)),
      held_(std::exchange(other.held_, 0)) {
  other.blocks_.clear();
}

Arena& Arena::operator=(Arena&& other) noexcept {
  if (this != &other) {
    blocks_ = std::move(other.blocks_);
    other.blocks_.clear();
    at_ = std::exchange(other.at_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    first_size_ = other.first_size_;
    next_size_ = std::exchange(other.next_size_, other.first_size_);
    held_ = std::exchange(other.held_, 0);
  }
  return *this;
}

void* Arena::allocate(size_t size, size_t align) {
  const size_t gap = -reinterpret_cast<uintptr_t>(at_) & (align - 1);
  if (at_ != nullptr && size <= kAllocationMax && gap + size <= static_cast<size_t>(end_ - at_)) {
    char* const memory = at_ + gap;
    at_ = memory + size;
    return memory;
  }
  return allocate_from_new_block(size, align);
}

void* Arena::allocate_from_new_block(size_t size, size_t align) {
  SERVANDA_CHECK(size <= kAllocationMax && align <= 16,
                 "size " + std::to_string(size) + ", align " + std::to_string(align));
  // operator new[] aligns to 16, so a fresh block needs no gap.
  const size_t block_size = std::max({next_size_, size, size_t{16}});
  Block block{std::unique_ptr<char[]>(new char[block_size]), block_size};
  held_ += block_size;
  next_size_ = std::min(std::max(next_size_ * 2, first_size_), kBlockMax);
  char* const memory = block.memory.get();
  const size_t left_here = at_ == nullptr ? 0 : static_cast<size_t>(end_ - at_);
  blocks_.push_back(std::move(block));
  // A large object gets a block of its own when the current block has more room left.
  if (block_size - size > left_here || at_ == nullptr) {
    at_ = memory + size;
    end_ = memory + block_size;
  }
  return memory;
}

std::string_view Arena::copy(std::string_view text) {
  return join(text, {});
}

std::string_view Arena::join(std::string_view a, std::string_view b) {
  const size_t size = a.size() + b.size();
  if (size == 0) return "";
  char* const memory = static_cast<char*>(allocate(size, 1));
  if (!a.empty()) std::memcpy(memory, a.data(), a.size());
  if (!b.empty()) std::memcpy(memory + a.size(), b.data(), b.size());
  return {memory, size};
}

void Arena::reset() {
  if (blocks_.empty()) return;
  blocks_.erase(blocks_.begin() + (blocks_.front().size > kBlockMax ? 0 : 1), blocks_.end());
  if (blocks_.empty()) {
    at_ = end_ = nullptr;
    held_ = 0;
    next_size_ = first_size_;
    return;
  }
  const Block& first = blocks_.front();
  at_ = first.memory.get();
  end_ = at_ + first.size;
  held_ = first.size;
  next_size_ = std::min(first.size * 2, kBlockMax);
}

}  // namespace servanda
