#!/usr/bin/env bash
# create -> first SSH command with the vsock plugin and without it, in turns. usage: bench.sh [--runs N] [--out FILE]
. "$(dirname "$0")/../lib.sh"

# one_run NAME yes|no: milliseconds until the first command has run
one_run() {
    local begin
    printf 'plugins:\n  entries:\n    vsock: {enabled: %s}\n' "$([ "$2" = yes ] && echo true || echo false)" >"$config"
    banger daemon restart >/dev/null 2>&1
    banger vm ls >/dev/null # it answers before the clock starts
    begin=$(now)
    banger vm create --name "$1" >/dev/null 2>"$root/create.log" || fail "create: $(cat "$root/create.log")"
    banger vm exec "$1" -- true
    since "$begin"
    banger vm delete --force "$1" >/dev/null 2>&1
}

banger daemon start
one_run warm yes >/dev/null
for ((i = 1; i <= runs; i++)); do
    # Which is first changes, so that neither gains by its place.
    for plugin in $([ $((i % 2)) = 0 ] && echo yes no || echo no yes); do
        one_run "run$i-$plugin" $plugin >>"$root/$plugin"
    done
    step "run $i: with the plugin $(tail -1 "$root/yes") ms, without $(tail -1 "$root/no") ms"
done
jq -n --slurpfile with "$root/yes" --slurpfile without "$root/no" '
    def quantile($q): sort | .[([((length * $q) | ceil) - 1, 0] | max)];
    def spread: {n: length, p50: quantile(0.5), p95: quantile(0.95), min: min, max: max};
    {with: ($with | spread), without: ($without | spread),
     ratio_p50: ((($with | quantile(0.5)) / ($without | quantile(0.5)) * 1000 | round) / 1000)}' >"$out"
jq -r '"create -> first SSH command, ms: with the plugin p50 \(.with.p50), p95 \(.with.p95); without p50 \(.without.p50), p95 \(.without.p95); ratio \(.ratio_p50)"' "$out"
echo "JSON: $out"
