#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs libFuzzer programs of build/fuzz: fuzz.sh NAME|all SECONDS. New inputs stay in
# build/fuzz/found/NAME; a finding ends the run with its input's path.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
programs=$root/build/fuzz/fuzz

# The machinery first: a fuzzer that must fail has to.
if "$programs/fuzz_must_fail" -max_total_time=20 -artifact_prefix="$root/build/fuzz/" \
    "$root/fuzz/corpus/must_fail" >/dev/null 2>&1; then
  echo "fuzz: the fuzzer that must fail did not: the machinery is broken" >&2
  exit 1
fi

names=("$1")
if [ "$1" = all ]; then
  mapfile -t names < <(find "$programs" -maxdepth 1 -name 'fuzz_*' -type f -executable -printf '%f\n' |
    sed 's/^fuzz_//' | grep -v '^must_fail$' | sort)
fi
for name in "${names[@]}"; do
  found=$root/build/fuzz/found/$name
  mkdir -p "$found"
  echo "== $name for $2 s"
  "$programs/fuzz_$name" -rss_limit_mb=2048 -timeout=20 -max_total_time="$2" -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$found/" "$found" "$root/fuzz/corpus/$name"
done
