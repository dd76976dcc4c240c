// SPDX-License-Identifier: Apache-2.0
#pragma once
// Lists of one worker's objects that others may end at any moment: the places stand in the objects.

namespace servanda {

// A place in a circular list, and the list itself when nothing derives from it. An object that is
// destroyed leaves its list, so a list never holds what is gone. A list that is destroyed must be
// empty, or its objects must not look at it any more.
//
// Threads: not shared.
template <typename T>
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { unlink(); }

  // Leaves the list it is in, if any.
  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = this;
  }
  [[nodiscard]] bool linked() const { return next_ != this; }

  // Of a list: what is in it. Requires for first() and last(): not empty().
  [[nodiscard]] bool empty() const { return next_ == this; }
  [[nodiscard]] T& first() const { return *static_cast<T*>(next_); }
  [[nodiscard]] T& last() const { return *static_cast<T*>(previous_); }
  // Puts an object at the end, from wherever it was.
  void push_back(Link& object) {
    object.unlink();
    object.previous_ = previous_;
    object.next_ = this;
    previous_->next_ = &object;
    previous_ = &object;
  }
  // The object behind this one; null behind the last of `list`.
  [[nodiscard]] T* after(const Link& list) const {
    return next_ == &list ? nullptr : static_cast<T*>(next_);
  }
  // The first object; null when there is none.
  [[nodiscard]] T* front() const { return after(*this); }

 private:
  Link* next_ = this;
  Link* previous_ = this;
};

}  // namespace servanda
