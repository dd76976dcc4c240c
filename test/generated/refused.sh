#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CASES compiles against the code of CONTRACT, and nothing in it that stands behind an #ifdef does; of that the
# compiler says what stands beside the #ifdef: PROGRAM SOURCE_TREE COMPILER CONTRACT CASES COUNT (g++). The namespace of
# the generated code is the contract's file name.
set -eu
program=$1 tree=$2 compiler=$3 contract=$2/$4 name=$5 wanted=$6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=$tree/test/generated/$name

generate() { "$program" gen cpp "$contract" -o "$work" --namespace "$1" --sources 1 >/dev/null; }
compile() {
  LC_ALL=C "$compiler" -std=c++23 -Wall -Wextra -Werror -fsyntax-only -fdiagnostics-color=never \
    -I "$work" -I "$tree/include" -I "$tree/src" "$@" >"$work/said" 2>&1
}
fail() { cat "$work/said"; echo "$*"; exit 1; }
# What the compiler says of the lines from $1 to $2. What it says of templates stands before the line they are for.
said_of() {
  awk -v file="$name" -v first="$1" -v last="$2" '
    index($0, file ":") && /:[0-9]+:[0-9]+: *(error:|required from here)/ {
      split(substr($0, index($0, file ":") + length(file) + 1), part, ":"); here = part[1] >= first && part[1] <= last
      if (here) printf "%s", before }
    / (In instantiation of|In substitution of) / { before = ""; here = 0; kept = 1 }
    kept { before = before $0 "\n" }
    /(error:|required from here)/ { kept = 0 }
    here' "$work/said"
}

generate "$(basename "$contract" .yaml)"
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
[ "$count" -eq "$wanted" ] || fail "there are $count cases"

# A namespace that is called as one inside of it.
generate service
compile "$work/service/source_0000.cc" || fail "the namespace service does not compile"
