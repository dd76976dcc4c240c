#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages on a machine without the source tree: package_test.sh FOLDER_OF_PACKAGES. Unpacks them over
# /usr in a mount namespace of its own, where an empty folder lies over the source tree; then does there what the
# documents tell a user to do. Where such namespaces are not allowed the packages are unpacked into a folder, and
# the builds have to name no file of the source tree. Changes nothing outside of a temporary folder.
set -euo pipefail
source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { echo "-- $*"; }
fail() { echo "package_test: $*" >&2; exit 1; }
contains() { grep -qF -- "$2" <<<"$1" || fail "expected \"$2\" in: $1"; }

# --- Looks at the packages as files.

check_field() {
  local value
  value=$(dpkg-deb -f "$1" "$2")
  [[ $value =~ $3 ]] || fail "$(basename "$1"): $2 is \"$value\""
}

check_packages() {
  local program=$1 development=$2 root=$3 library found
  check_field "$program" Package '^servanda$'
  check_field "$program" Section '^net$'
  check_field "$program" Maintainer '^[^@/]+$'
  for library in libc6 'libstdc\+\+6' libre2 libssl libsqlite3 zlib1g; do
    check_field "$program" Depends "(^|, )$library"
  done
  check_field "$development" Package '^libservanda-dev$'
  check_field "$development" Section '^libdevel$'
  for library in "servanda \(= " libre2-dev libssl-dev libsqlite3-dev zlib1g-dev; do
    check_field "$development" Depends "(^|, )$library"
  done
  found=$(readelf -S --wide "$root/usr/bin/servanda" | grep -F .symtab || true)
  [ -z "$found" ] || fail "the program is not stripped"
  found=$("$root/usr/bin/servanda" --version)
  [ "$found" = "$(dpkg-deb -f "$program" Version)" ] || fail "the program says it is $found"
  found=$(grep -rlF -e "$source_tree" -e "${HOME:-/root}/" "$root" || true)
  [ -z "$found" ] || fail "these files name folders of this machine: $found"
  found=$(find "$root" \( -perm /022 -o ! -user "$(id -un)" \) ! -type l)
  [ -z "$found" ] || fail "these can be written to by others: $found"
}

# --- A user's machine. $prefix is where the packages are; $source_tree is not looked at.

# Starts `program serve` in this folder, sets `address` and `server`.
start() {
  : >server.err
  "$@" serve --listen 127.0.0.1:0 --admin 127.0.0.1:0 --data data >server.out 2>server.err &
  server=$!
  for _ in $(seq 200); do
    address=$(sed -n 's/.* operations at \(http:[^,]*\),.*/\1/p' server.err)
    [ -n "$address" ] && return
    kill -0 "$server" 2>/dev/null || fail "the server ended: $(cat server.err)"
    sleep 0.05
  done
  fail "the server is not ready after 10 s: $(cat server.err)"
}
stop() {
  kill "$server"
  wait "$server" || fail "the server ended with $?: $(cat server.err)"
  server=
}

post() { curl -sS "$address$1" -H 'content-type: application/json' -d "$2"; }
id_of() { sed -n 's/.*"id":"\([^"]*\)".*/\1/p' <<<"$1"; }

# What was built here comes from the packages alone.
check_sources_of() {
  local found
  found=$(grep -rlF -e "$source_tree/" "$1" || true)
  [ -z "$found" ] || fail "these name the source tree: $found"
}

try_demo() {
  say "servanda new --cpp demo"
  servanda new --cpp demo
  cd demo
  servanda check --fail-on notice
  cmake -B build >cmake.log || fail "$(cat cmake.log)"
  cmake --build build >build.log 2>&1 || fail "$(cat build.log)"
  ctest --test-dir build --output-on-failure --no-tests=error
  start build/demo
  local item answer
  item=$(post /v1/items '{"name":"Lamp","stock":3}')
  contains "$item" '"stock":3'
  answer=$(post "/v1/items/$(id_of "$item")/take" '{"quantity":2}')
  contains "$answer" '"stock":1'
  answer=$(post "/v1/items/$(id_of "$item")/take" '{"quantity":2}')
  contains "$answer" '{"left":1}'
  stop
  check_sources_of build

  say "an edit of the contract"
  sed -i 's/^        stock: .*/&\n        colour: {type: string, maxLength: 20}/' demo.yaml
  cmake --build build >build.log 2>&1 || fail "$(cat build.log)"
  grep -rq colour build/servanda_contract/demo_handlers/api/schemas || fail "the types stayed as they were"
  ctest --test-dir build --output-on-failure >ctest.log || fail "$(cat ctest.log)"
  cd ..
}

try_example() {
  say "examples/orders with Ninja"
  cp -r "$prefix/share/doc/servanda/examples/orders" .
  cd orders
  cmake -G Ninja -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >cmake.log || fail "$(cat cmake.log)"
  cmake --build build >build.log 2>&1 || fail "$(cat build.log)"
  ninja -C build -t deps >build/deps.txt
  grep -qF "$prefix/include/servanda/servanda.h" build/deps.txt || fail "the public headers are not in use"
  check_sources_of build
  start build/orders
  contains "$(post /v1/visits/home '')" '"count":1'
  stop
  cd ..
}

# What is said when a library is missing: all of them are here.
try_missing_libraries() {
  say "missing libraries"
  local said folders="/usr/lib/x86_64-linux-gnu;/lib/x86_64-linux-gnu;/usr/lib;/lib"
  if said=$(cmake -B missing -S demo "-DCMAKE_IGNORE_PATH=$folders" 2>&1); then fail "cmake found what is hidden"; fi
  contains "$(tr -s ' \n' ' ' <<<"$said")" \
    "apt install libre2-dev libsqlite3-dev libssl-dev zlib1g-dev"
}

measure_handler() {
  say "compiling one handler, g++ -O2:"
  (cd demo && time g++ -O2 -std=c++23 -I . -I build/servanda_contract/demo_handlers -I "$prefix/include" \
    -c handlers.cc -o handlers.o)
}

as_user() {
  prefix=$1 source_tree=$2
  server=
  trap '[ -z "$server" ] || kill "$server"' EXIT
  unset CMAKE_CXX_COMPILER_LAUNCHER CMAKE_C_COMPILER_LAUNCHER CPATH CPLUS_INCLUDE_PATH LIBRARY_PATH
  if [ "$prefix" != /usr ]; then export PATH="$prefix/bin:$PATH" CMAKE_PREFIX_PATH="$prefix"; fi
  [ "$(command -v servanda)" = "$prefix/bin/servanda" ] || fail "servanda is $(command -v servanda)"
  servanda --version
  [ -f "$prefix/share/doc/servanda/docs/handlers.md" ] || fail "the documents are not there"
  servanda check "$prefix/share/doc/servanda/examples/shop/shop.yaml"
  try_demo
  try_example
  try_missing_libraries
  measure_handler
}

# Runs in the namespace; the script is a copy outside of the source tree.
isolated() {
  local root=$1 source_tree=$2
  mount -t overlay overlay -o "lowerdir=$root/usr:/usr" /usr
  mount -t tmpfs tmpfs "$source_tree"
  [ -z "$(ls -A "$source_tree")" ] || fail "the source tree is still there"
  as_user /usr "$source_tree"
}

main() {
  local work program development unshare=(unshare --mount)
  program=$(ls "$1"/servanda_*.deb) development=$(ls "$1"/libservanda-dev_*.deb)
  work=$(mktemp -d)
  trap "rm -rf '$work'" EXIT
  mkdir "$work/root" "$work/user"
  dpkg-deb -x "$program" "$work/root"
  dpkg-deb -x "$development" "$work/root"
  check_packages "$program" "$development" "$work/root"
  cp "${BASH_SOURCE[0]}" "$work/package_test.sh"
  cd "$work/user"
  [ "$(id -u)" -eq 0 ] || unshare=(unshare --mount --map-root-user)
  if "${unshare[@]}" mount -t overlay overlay -o "lowerdir=$work/root/usr:/usr" /usr 2>/dev/null; then
    say "installed over /usr, without the source tree"
    "${unshare[@]}" "$work/package_test.sh" --isolated "$work/root" "$source_tree"
  else
    say "no mount namespaces here: installed to $work/root/usr"
    (as_user "$work/root/usr" "$source_tree")
  fi
  echo "package_test: passed"
}

case ${1:-} in
  --isolated) isolated "$2" "$3" ;;
  "") fail "which folder are the packages in?" ;;
  *) main "$(cd "$1" && pwd)" ;;
esac
