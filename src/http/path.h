// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one reading of a request path that routing, authorisation and upstreams share.

#include <string_view>

#include "base/arena.h"
#include "base/result.h"

namespace servanda {

// Brings the raw path of a target into its normal form, or refuses it. Routing matches the result,
// segment by segment, and decodes each segment once afterwards.
//
// Normalised: "." and ".." segments are removed (RFC 3986 section 5.2.4); triplets of unreserved
// characters are decoded ("%41" is "A"); hexadecimal digits become upper case.
// Kept: "%2F" inside its segment; ';' as an ordinary character; a trailing slash.
// Refused as ambiguous, because some implementation reads them differently: empty segments ("//"),
// ".." above the root, dot segments written with "%2e" or followed by ';', backslashes, control
// characters, text that is not UTF-8, and double encoding of dots, slashes, backslashes, control
// and percent characters ("%252e").
//
// The result is `raw` itself when that is normal already, which costs no allocation; else it lives
// in `arena`. Errors: kInvalidArgument, reason "path".
[[nodiscard]] Result<std::string_view> normalize_path(std::string_view raw, Arena& arena);

}  // namespace servanda
