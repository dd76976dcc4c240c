// SPDX-License-Identifier: Apache-2.0
#include "base/task.h"

#include <array>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define SERVANDA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SERVANDA_ASAN 1
#endif
#endif
#ifdef SERVANDA_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace servanda::internal {
namespace {

constexpr size_t kClassStep = 64;                    // Size classes are the multiples of this.
constexpr size_t kClassCount = 32;                   // So frames over 2 KiB come from the heap.
constexpr size_t kClassHeldMax = size_t{128} << 10;  // Bytes kept per class and thread.

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* first;
  size_t count;
};

// Has no constructor and no destructor, so that reading it costs no guard and a frame that ends
// after the thread's other thread-locals still finds it.
struct FrameCache {
  std::array<FreeList, kClassCount> lists;
  bool keeps;  // From the first frame freed until the thread ends.
};

constinit thread_local FrameCache frame_cache{};

// Gives the kept frames back when the thread ends.
struct FrameCacheDrain {
  FrameCacheDrain() { frame_cache.keeps = true; }
  FrameCacheDrain(const FrameCacheDrain&) = delete;
  FrameCacheDrain& operator=(const FrameCacheDrain&) = delete;
  ~FrameCacheDrain();
};

// A free frame is poisoned behind its link, so that the address sanitizer still finds late uses.
void poison([[maybe_unused]] void* frame, [[maybe_unused]] size_t size) {
#ifdef SERVANDA_ASAN
  ASAN_POISON_MEMORY_REGION(static_cast<char*>(frame) + sizeof(FreeFrame),
                            size - sizeof(FreeFrame));
#endif
}

void unpoison([[maybe_unused]] void* frame, [[maybe_unused]] size_t size) {
#ifdef SERVANDA_ASAN
  ASAN_UNPOISON_MEMORY_REGION(frame, size);
#endif
}

constexpr size_t class_of(size_t size) {
  return (size - 1) / kClassStep;
}
constexpr size_t class_size(size_t index) {
  return (index + 1) * kClassStep;
}

FrameCacheDrain::~FrameCacheDrain() {
  frame_cache.keeps = false;
  for (size_t index = 0; index < kClassCount; ++index) {
    FreeList& list = frame_cache.lists[index];
    while (list.first != nullptr) {
      FreeFrame* const frame = list.first;
      list.first = frame->next;
      unpoison(frame, class_size(index));
      ::operator delete(frame);
    }
    list.count = 0;
  }
}

}  // namespace

void* allocate_frame(size_t size) {
  const size_t index = class_of(size);
  if (index >= kClassCount) return ::operator new(size);
  FreeList& list = frame_cache.lists[index];
  FreeFrame* const frame = list.first;
  if (frame == nullptr) return ::operator new(class_size(index));
  list.first = frame->next;
  --list.count;
  unpoison(frame, class_size(index));
  return frame;
}

void free_frame(void* frame, size_t size) noexcept {
  const size_t index = class_of(size);
  if (index >= kClassCount) return ::operator delete(frame);
  if (!frame_cache.keeps) [[unlikely]] {
    // Registers the drain once; when it has run already, `keeps` stays false.
    thread_local const FrameCacheDrain drain;
    if (!frame_cache.keeps) return ::operator delete(frame);
  }
  FreeList& list = frame_cache.lists[index];
  if (list.count * class_size(index) >= kClassHeldMax) return ::operator delete(frame);
  FreeFrame* const free = new (frame) FreeFrame{list.first};
  list.first = free;
  ++list.count;
  poison(free, class_size(index));
}

}  // namespace servanda::internal
