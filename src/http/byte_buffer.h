// SPDX-License-Identifier: Apache-2.0
#pragma once
// A growable run of bytes that is filled at its end and consumed from its beginning.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace servanda::internal {

// Unlike a string it never fills memory before it is read into.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept
      : bytes_(std::move(other.bytes_)),
        capacity_(std::exchange(other.capacity_, 0)),
        begin_(std::exchange(other.begin_, 0)),
        end_(std::exchange(other.end_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    return *this;
  }

  // What was filled and not consumed. Valid until the next call that is not const.
  [[nodiscard]] std::string_view content() const { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] size_t capacity() const { return capacity_; }
  // Room behind the content, to be read into and then filled().
  [[nodiscard]] std::span<char> room() { return {bytes_.get() + end_, capacity_ - end_}; }
  void filled(size_t count) { end_ += count; }
  void consume(size_t count) { begin_ += count; }
  void clear() { begin_ = end_ = 0; }
  void append(std::string_view text) {
    if (text.size() > capacity_ - end_) grow(std::max(capacity_ * 2, end_ + text.size()));
    if (!text.empty()) std::memcpy(bytes_.get() + end_, text.data(), text.size());
    end_ += text.size();
  }
  // Moves the content to the front of the memory.
  void compact() {
    if (begin_ == 0) return;
    std::memmove(bytes_.get(), bytes_.get() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }
  // Takes more memory; the content moves to its front.
  void grow(size_t capacity) {
    std::unique_ptr<char[]> larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (!empty()) std::memcpy(larger.get(), bytes_.get() + begin_, size());
    bytes_ = std::move(larger);
    capacity_ = capacity;
    end_ -= begin_;
    begin_ = 0;
  }
  // Gives the memory back. Requires: the content is not needed.
  void release() { *this = ByteBuffer(); }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace servanda::internal
