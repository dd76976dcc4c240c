#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The public headers compile from where they are installed, without the source tree: BUILD COMPILER.
set -eu
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$1" --component servanda_headers --prefix "$prefix" >/dev/null
count=$(find "$prefix/include/servanda" -maxdepth 1 -name '*.h' | wc -l)
[ "$count" -ge 2 ] && [ "$count" -lt 15 ] || { echo "there are $count public headers"; exit 1; }
for header in "$prefix"/include/servanda/*.h; do
  printf '#include "servanda/%s"\nint main() {}\n' "$(basename "$header")" > "$prefix/use.cc"
  "$2" -std=c++23 -Wall -Wextra -Werror -fsyntax-only \
    -I "$prefix/include" -I "$prefix/include/servanda" "$prefix/use.cc"
done
