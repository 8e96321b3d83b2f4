#!/usr/bin/env bash
# How quick the web console's pages are, with 50 VMs and 500 operations: by wrk, beside the one answer that takes no page
# (/healthz), on one processor of its own. Ends with 1 when a budget is not kept.
# usage: bench.sh [--seconds N] [--rate N]     (console_server and web.so in $BANGER_BUILD_DIR; RATE: pages a second, at least)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${BANGER_BUILD_DIR:-$here/../../../build/bench}
export BANGER_CONSOLE_SERVER=${BANGER_CONSOLE_SERVER:-$build/bin/console_server} BANGER_WEB_PLUGIN=${BANGER_WEB_PLUGIN:-$build/plugins/web.so}
seconds=5 rate=3000
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=${2:?} ;;
    --rate) rate=${2:?} ;;
    *) echo "usage: bench.sh [--seconds N] [--rate N]" >&2 && exit 2 ;;
    esac
    shift 2
done
for program in wrk node taskset; do
    command -v $program >/dev/null || { echo "SKIP: no $program (scripts/deps.sh)" && exit 77; }
done
for file in "$BANGER_CONSOLE_SERVER" "$BANGER_WEB_PLUGIN"; do [ -f "$file" ] || { echo "SKIP: no $file (make bench-web)" && exit 77; }; done
exec node "$here/bench.mjs" "$seconds" "$rate"
