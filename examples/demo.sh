#!/bin/bash
# Runs the demo of every example; `make demo` calls it. The first failure ends it.
set -euo pipefail

for demo in "$(dirname "$0")"/*/demo.sh; do
    echo "== $(basename "$(dirname "$demo")")"
    "$demo"
done
