#!/usr/bin/env bash
# run.sh BUILD_DIR SECONDS [NAME...]: libFuzzer on each fuzz target in BUILD_DIR, one after the other, SECONDS each, from
# the seeds. What it finds on its way stays in BUILD_DIR/corpus/NAME and is where the next run begins. An input that
# fails is kept in BUILD_DIR/failed, and the exit status is 1 when all have had their time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?BUILD_DIR} seconds=${2:?SECONDS}
shift 2
[ $# -gt 0 ] || set -- $(find "$build/bin" -name 'fuzz_*' -type f -executable -printf '%f\n' | sed 's/^fuzz_//' | sort)
[ $# -gt 0 ] || { echo "error: no fuzz target is built in $build" && exit 1; }
mkdir -p "$build/failed"
failed=()
for name in "$@"; do
    mkdir -p "$build/corpus/$name"
    echo "$name: $seconds s"
    "$build/bin/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$build/failed/$name-" "$build/corpus/$name" "$here/seeds/$name" >"$build/failed/$name.log" 2>&1 ||
        failed+=("$name")
    grep -E '^(stat::number_of_executed_units|stat::new_units_added|SUMMARY|==.*ERROR)' "$build/failed/$name.log" || true
done
[ ${#failed[@]} = 0 ] || { echo "FAILED: ${failed[*]}: the input and the log are in $build/failed" && exit 1; }
