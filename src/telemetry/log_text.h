// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text of log lines: JSON strings that no terminal takes for commands.

#include <string>
#include <string_view>

namespace servanda::internal {

// Appends a quoted JSON string in which control characters are escaped: those below U+0020, DEL and
// U+0080 to U+009F, which terminals obey too. At most six bytes per byte of `text`, and the quotes.
void append_log_string(std::string& out, std::string_view text);

// At most `bytes_max` bytes of the text, cut between UTF-8 characters.
[[nodiscard]] std::string_view cut_text(std::string_view text, size_t bytes_max);

}  // namespace servanda::internal
