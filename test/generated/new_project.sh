#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `servanda new --cpp` writes compiles without warnings: PROGRAM SOURCE_TREE COMPILER.
# tools/package_test.sh builds and runs it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$1" new demo-2 --cpp >/dev/null
cd demo-2
"$1" gen cpp demo-2.yaml -o gen --namespace api >/dev/null
for source in *.cc gen/api/*.cc; do
  "$3" -std=c++23 -Wall -Wextra -Werror -fsyntax-only \
    -I "$2/include" -I "$2/src" -I gen -I . "$source"
done
