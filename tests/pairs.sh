#!/bin/bash
# The verdict on real package updates: downloads library packages that Debian's archive has in two versions (main against security
# and updates of bullseye, bookworm and trixie), judges every shared object of each pair, and prints how many are accepted, which
# rules refuse the others, time and memory. Fails when a judge crashes, is late or cannot read a file, and when a comparison of its
# own with readelf (tests/pairs/crosscheck.py) finds a difference that the verdict must not have accepted.
#
#   tests/pairs.sh                        150 pairs; what is in the cache is not fetched again
#   tests/pairs.sh --pairs N --cross-release N --cache DIR --megabytes N --tool BEAN-UPDATE
#   tests/pairs.sh --judge                judges the pairs in the cache again
#   tests/pairs.sh --summary              the table of the last run
#   tests/pairs.sh --sample 30 --seed 1   random refusals with the commands to check them
#   tests/pairs.sh --functions 60 --seed 1  bean-diff's changed functions against objdump, in 60 libraries; fails when one was missed
#   tests/pairs.sh --readme               puts the last run's table into README.md and the chart into docs/verdicts.svg
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || { echo "pairs: python3 is missing" >&2; exit 1; }
PYTHONDONTWRITEBYTECODE=1 exec python3 "$root/tests/pairs" "$@"
