#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Brings the one browser bundle of the docs page through npm, checks it, and leaves it compressed in
# build/console/. Does nothing when the right version is there already.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
read -r package version integrity < <(grep -v '^#' "$root/console/scalar.lock")
out="$root/build/console"
stamp="$out/version"
if [ -f "$out/scalar.js.gz" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$version $integrity" ]; then exit 0; fi
mkdir -p "$out"
work=$(mktemp -d "$out/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent --loglevel=error "$package@$version" >/dev/null)
tarball=$(ls "$work"/*.tgz)
actual="sha512-$(openssl dgst -sha512 -binary "$tarball" | base64 -w0)"
if [ "$actual" != "$integrity" ]; then
  echo "fetch_console: $package $version has integrity $actual, console/scalar.lock says $integrity" >&2
  exit 1
fi
tar -xzf "$tarball" -C "$work" package/dist/browser/standalone.js
gzip -9 -n -c "$work/package/dist/browser/standalone.js" > "$work/scalar.js.gz"
mv "$work/scalar.js.gz" "$out/scalar.js.gz"
echo "$version $integrity" > "$stamp"
