#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A service cannot name what another one owns: ownership.cc compiles, and nothing in it that stands behind an
# #ifdef does. PROGRAM SOURCE_TREE COMPILER (g++).
set -eu
program=$1 tree=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=$tree/test/generated/ownership.cc

generate() { "$program" gen cpp "$tree/test/contracts/front.yaml" -o "$work" --namespace "$1" --sources 1 >/dev/null; }
compile() {
  LC_ALL=C "$compiler" -std=c++23 -Wall -Wextra -Werror -fsyntax-only -fdiagnostics-color=never \
    -I "$work" -I "$tree/include" -I "$tree/src" "$@" >"$work/said" 2>&1
}
fail() { cat "$work/said"; echo "$*"; exit 1; }
# What the compiler says of the lines from $1 to $2.
said_of() {
  awk -v first="$1" -v last="$2" '
    /ownership\.cc:[0-9]+:[0-9]+: *(error:|required from here)/ { split($0, part, ":"); here = part[2] >= first && part[2] <= last }
    here' "$work/said"
}

generate front
compile "$cases" || fail "what is right does not compile"

if compile -DWRONG "$cases"; then fail "what is wrong compiles"; fi
grep -n '^#ifdef WRONG  // ' "$cases" >"$work/cases"
count=0
while IFS= read -r line; do
  first=${line%%:*} expected=${line#*// }
  last=$((first + $(tail -n +"$first" "$cases" | grep -n -m 1 '^#endif' | cut -d : -f 1)))
  said_of "$first" "$last" | grep -qF "$expected" || fail "line $first compiles or is told otherwise: $expected"
  count=$((count + 1))
done <"$work/cases"
[ "$count" -eq 14 ] || fail "there are $count cases"

# A namespace that is called as one inside of it.
generate service
compile "$work/service/source_0000.cc" || fail "the namespace service does not compile"
