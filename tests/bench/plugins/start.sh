#!/usr/bin/env bash
# exec of bangerd until it answers GET /v1/version, with six plugins (nat, dns, vsock, tap-pool, two recorders) and with
# none, in turns; what is known of the plugins' files from an earlier start is there. To be below LIMIT ms with them (the
# median, less what asking takes), else the exit status is 1.
# usage: start.sh [--limit MS] [--runs N] [--out FILE]   (default: 100 ms, 10 runs)
limit=100
if [ "${1:-}" = --limit ]; then limit=${2:?--limit takes milliseconds} && shift 2; fi
BANGER_BUILD_DIR=${BANGER_BUILD_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)/build/bench}
. "$(dirname "$0")/../lib.sh"

recorders=$BANGER_BUILD_DIR/tests/integration/plugin/plugins
[ -f "$recorders/rec-a.so" ] || skip "the recorders are not built in $BANGER_BUILD_DIR"
command -v curl >/dev/null || skip "needs curl"
plugins=(nat dns vsock tap-pool rec-a rec-b)

configure() { # yes|no
    local id
    printf 'plugins:\n  path: [%s, %s]\n  entries:\n' "$BANGER_BUILD_DIR/plugins" "$recorders"
    for id in "${plugins[@]}"; do
        case $1-$id in
        yes-rec-*) printf '    %s: {config: {log: %s}}\n' "$id" "$root/recorded" ;;
        no-*) printf '    %s: {enabled: false}\n' "$id" ;;
        esac
    done
}
answers() { curl -s -o "$root/answer" --unix-socket "$run/bangerd.sock" http://banger/v1/version 2>/dev/null; }
# one_start yes|no: microseconds; each question costs the time of starting curl
one_start() {
    local begin pid took
    configure "$1" >"$config"
    rm -f "$run/bangerd.sock"
    begin=$(now)
    bangerd 2>"$root/bangerd.err" &
    pid=$!
    until answers; do
        kill -0 $pid 2>/dev/null || fail "bangerd ended: $(cat "$root/bangerd.err" "$log")"
    done
    took=$(($(now) - begin))
    active=$(curl -s --unix-socket "$run/bangerd.sock" http://banger/v1/plugins |
        jq -r '[.plugins[] | select(.state == "active")] | length')
    kill -TERM $pid
    wait $pid || true
    same "$active" "$([ "$1" = yes ] && echo ${#plugins[@]} || echo 0)" "active plugins"
    echo $took
}
ask_once() { # what the measuring itself takes, in microseconds
    local begin
    begin=$(now)
    answers
    echo $(($(now) - begin))
}

for plugins_run in yes no; do
    one_start $plugins_run >/dev/null # warms the page cache, and what is remembered of each plugin's file
done
for ((i = 1; i <= runs; i++)); do
    for with in $([ $((i % 2)) = 0 ] && echo yes no || echo no yes); do
        one_start $with >>"$root/$with"
    done
    step "run $i: with six plugins $(($(tail -1 "$root/yes") / 1000)) ms, without $(($(tail -1 "$root/no") / 1000)) ms"
done
bangerd &
pid=$!
until answers; do kill -0 $pid 2>/dev/null || fail "bangerd ended: $(cat "$log")"; done
for ((i = 1; i <= 20; i++)); do ask_once >>"$root/asking"; done
kill -TERM $pid
wait $pid || true

jq -n --slurpfile with "$root/yes" --slurpfile without "$root/no" --slurpfile asking "$root/asking" \
    --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" --argjson cores "$(nproc)" '
    def quantile($q): sort | .[([((length * $q) | ceil) - 1, 0] | max)];
    def ms: . / 100 | round | . / 10;
    def spread: {n: length, p50: (quantile(0.5) | ms), p95: (quantile(0.95) | ms), min: (min | ms), max: (max | ms)};
    {with: ($with | spread), without: ($without | spread), asking_p50: ($asking | quantile(0.5) | ms),
     ratio_p50: ((($with | quantile(0.5)) / ($without | quantile(0.5)) * 100 | round) / 100), load: $load, cores: $cores}' >"$out"
jq -r '"start of the daemon, ms: with six plugins p50 \(.with.p50), p95 \(.with.p95); with none p50 \(.without.p50), p95 \(.without.p95); ratio \(.ratio_p50)
(asking alone takes \(.asking_p50) ms; load \(.load) on \(.cores) cores)"' "$out"
echo "JSON: $out"
jq -e --argjson limit "$limit" '.with.p50 - .asking_p50 < $limit' "$out" >/dev/null || fail "it takes longer than $limit ms with six plugins"
