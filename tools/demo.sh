#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Serves the example contract and prints what to try. Extra arguments go to `servanda serve`.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
api=${SERVANDA_DEMO_LISTEN:-127.0.0.1:8080}
admin=${SERVANDA_DEMO_ADMIN:-127.0.0.1:9090}
cat <<TEXT

The shop contract, served with nothing else installed. In another terminal, try:

  curl -s http://$api/v1/products -H 'content-type: application/json' -d '{"sku":"L-1","name":"Lamp","price":"39.90"}'
  curl -s 'http://$api/v1/products?sort=-price&limit=10'
  curl -s http://$api/v1/products -H 'content-type: application/json' -d '{"name":"","price":39.9}'

  API reference, with requests to try:  http://$admin/docs
  Metrics:                              http://$admin/metrics

Edit examples/shop/shop.yaml while it runs: it recompiles, or says what is wrong and keeps serving.
Data is in build/demo-data. Ctrl-C stops.

TEXT
exec "$root/build/release/servanda" serve "$root/examples/shop/shop.yaml" \
  --listen "$api" --admin "$admin" --data "$root/build/demo-data" "$@"
