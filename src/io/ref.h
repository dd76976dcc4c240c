// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counted ownership of one worker's objects that pending completions keep alive.

#include <cstdint>
#include <utility>

namespace servanda {

// Base of an object that several callbacks of one worker hold. The count is not atomic. A callback
// that is dropped without being called gives its hold back, so nothing leaks when a loop ends
// early.
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 protected:
  virtual ~Counted() = default;

 private:
  template <typename T>
  friend class Ref;
  uint32_t holds_ = 0;
};

// One hold on a Counted object; the last one to go deletes it. 8 bytes, so a callback that captures
// one and nothing else needs no heap.
//
// Threads: only on the worker that the object belongs to.
template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) { hold(); }
  Ref(const Ref& other) : object_(other.object_) { hold(); }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ && --counted().holds_ == 0) delete object_;
  }
  [[nodiscard]] T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  Counted& counted() const { return *object_; }
  void hold() {
    if (object_) ++counted().holds_;
  }
  T* object_ = nullptr;
};

}  // namespace servanda
