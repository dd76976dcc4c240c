// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel-backed loop, made by the real platform.

#include <memory>

#include "io/loop.h"

namespace servanda::internal {

// One Asio context per loop; nothing of Asio shows here.
[[nodiscard]] std::unique_ptr<Loop> make_real_loop();

}  // namespace servanda::internal
