#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The public headers compile from where they are installed, each alone, with one include path, without the
# source tree, with nothing below them but the standard library, and beside a user's own base/: BUILD COMPILER.
set -eu
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$1" --component development --prefix "$prefix" >/dev/null
installed=$(cd "$prefix/include" && find . -name '*.h' | sed 's,^\./,,' | sort)
count=$(echo "$installed" | grep -c '^servanda/[^/]*$')
[ "$count" -ge 10 ] && [ "$count" -lt 15 ] || { echo "there are $count public headers"; exit 1; }

mkdir -p "$prefix/own/base"
for header in $installed; do
  case $header in
    servanda/base/*) echo "#error a folder of the user's is none of ours" > "$prefix/own/base/${header##*/}" ;;
    servanda/*.h) ;;
    *) echo "$header is outside of servanda/"; exit 1 ;;
  esac
done

# What a header of the standard library may bring in; paths alone, one a line.
dependencies() { "$2" -std=c++23 -M -I "$prefix/own" -I "$prefix/include" "$1" | tr -s ' \\' '\n\n' | grep '^/' | sort -u; }
echo '#include <bits/stdc++.h>' > "$prefix/standard.cc"
dependencies "$prefix/standard.cc" "$2" | grep -vxF "$prefix/standard.cc" > "$prefix/standard"
for header in $installed; do
  printf '#include "%s"\nint main() {}\n' "$header" > "$prefix/use.cc"
  "$2" -std=c++23 -Wall -Wextra -Werror -fsyntax-only -I "$prefix/own" -I "$prefix/include" "$prefix/use.cc"
  foreign=$(dependencies "$prefix/use.cc" "$2" | grep -vxF -f "$prefix/standard" |
    grep -vF -e "$prefix/include/servanda/" -e "$prefix/use.cc" || true)
  [ -z "$foreign" ] || { echo "$header brings in $foreign"; exit 1; }
done
