#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Generates C++ from contracts, each twice, and checks that both runs give the same bytes and that the code
# compiles without warnings: gencheck.sh PROGRAM OUTPUT CONTRACT... . The compiler is $CXX or g++.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$1 out=$2
shift 2
jobs=${SERVANDA_JOBS:-$(nproc)}
compiler=${CXX:-g++}

fail() { echo "FAILED $1: $2"; return 1; }

check_one() {
  local contract=$1 name first second log
  name=$(echo "${contract#"$root"/}" | sed 's/[^A-Za-z0-9]\+/_/g; s/^_*//')
  first=$out/$name second=$out/again/$name log=$out/$name.log
  rm -rf "$first" "$second"
  "$program" gen cpp "$contract" -o "$first" --namespace check >"$log" 2>&1 ||
    { fail "$contract" "$(grep -m1 error "$log" || tail -1 "$log")"; return; }
  "$program" gen cpp "$contract" -o "$second" --namespace check >/dev/null
  diff -r "$first" "$second" >/dev/null || { fail "$contract" "two runs differ"; return; }
  # Nothing generated includes the tags of events.
  if [ -e "$first/check/events.h" ]; then
    echo '#include "check/events.h"' > "$first/check/events_alone.cc"
  fi
  find "$first" -name '*.cc' -print0 | xargs -0 -P "$jobs" -n 1 "$compiler" -std=c++23 -Wall -Wextra -Werror \
    -fsyntax-only -I "$root/include" -I "$root/src" -I "$first" >>"$log" 2>&1 ||
    { fail "$contract" "$(grep -m1 error: "$log")"; return; }
  echo "ok $contract: $(find "$first" -name '*.h' | wc -l) headers, $(find "$first" -name '*.cc' | wc -l) sources," \
    "$(find "$first" -type f -print0 | xargs -0 cat | wc -c) bytes"
}

mkdir -p "$out/again"
failed=0
for contract in "$@"; do
  check_one "$contract" || failed=$((failed + 1))
done
echo "gencheck: $# contracts, $failed failed"
[ $failed -eq 0 ]
