#!/usr/bin/env bash
# The dns plugin's server beside dnsmasq with the same names, by dnsperf: most queries a second, and the latency of
# both at one rate. Interleaved, so that what else the machine does meets both.
# usage: bench.sh [--names N] [--rounds N] [--seconds N] [--rate N]     (bench_dns_server in $BANGER_BUILD_DIR/bin)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
server=${BANGER_BUILD_DIR:-$here/../../../build/bench}/bin/bench_dns_server
names=10000 rounds=5 seconds=5 rate=10000
while [ $# -gt 0 ]; do
    case $1 in
    --names) names=$2 ;;
    --rounds) rounds=$2 ;;
    --seconds) seconds=$2 ;;
    --rate) rate=$2 ;;
    *) echo "usage: bench.sh [--names N] [--rounds N] [--seconds N] [--rate N]" >&2 && exit 2 ;;
    esac
    shift 2
done
for program in dnsperf dnsmasq; do
    command -v $program >/dev/null || { echo "SKIP: no $program (scripts/deps.sh)" && exit 77; }
done
[ -x "$server" ] || { echo "SKIP: no $server" && exit 77; }

work=$(mktemp -d)
pids=()
leave() {
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap leave EXIT

# One name in ten is asked for with another type, one in ten does not exist.
awk -v n="$names" -v hosts="$work/hosts" -v queries="$work/queries" 'BEGIN {
    for (i = 0; i < n; i++) {
        printf "10.80.%d.%d vm%d.vm\n", 1 + i / 250, 1 + i % 250, i > hosts
        at = int(rand() * n)
        if (i % 10 == 8) print "vm" at ".vm AAAA" > queries
        else if (i % 10 == 9) print "no" at ".vm A" > queries
        else print "vm" at ".vm A" > queries
    }
}'

declare -A port=([dns]=15390 [dnsmasq]=15391)
"$server" "${port[dns]}" "$names" >"$work/ready" &
pids+=($!)
dnsmasq --conf-file=/dev/null --keep-in-foreground --pid-file= --user="$(id -un)" --no-hosts --no-resolv \
    --addn-hosts="$work/hosts" --local=/vm/ --port="${port[dnsmasq]}" --listen-address=127.0.0.1 \
    --bind-interfaces --cache-size=10000 &
pids+=($!)
for subject in dns dnsmasq; do
    for _ in $(seq 100); do
        [ "$(dnsperf -p "${port[$subject]}" -d "$work/queries" -n 1 -l 1 -Q 10 -t 1 2>&1 |
            sed -n 's/.*Queries completed: *\([0-9]*\).*/\1/p')" -gt 0 ] && continue 2
        sleep 0.1
    done
    echo "FAIL: $subject does not answer" && exit 1
done

qps() {
    dnsperf -p "${port[$1]}" -d "$work/queries" -l "$seconds" -c 16 -T 1 -q 256 |
        tee "$work/last" | sed -n 's/.*Queries per second: *\([0-9]*\).*/\1/p'
}
# Every query's latency, from the verbose lines "> RCODE NAME TYPE SECONDS".
latency() {
    dnsperf -p "${port[$1]}" -d "$work/queries" -l "$seconds" -c 16 -T 1 -q 256 -Q "$rate" -v |
        awk '$1 == ">" { print $NF * 1e6 }' | sort -n |
        awk '{ v[NR] = $1 } END { printf "%d %d\n", v[int(NR * 0.5)], v[int(NR * 0.99)] }'
}

echo "$names names, $(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg)"
for ((round = 1; round <= rounds; round++)); do
    for subject in dns dnsmasq; do
        q=$(qps $subject)
        lost=$(sed -n 's/.*Queries lost: *\([0-9]*\).*/\1/p' "$work/last")
        read -r p50 p99 < <(latency $subject)
        printf '%-8s %8d queries/s (%d lost), at %d/s: p50 %4d us, p99 %5d us\n' $subject "$q" "$lost" "$rate" "$p50" "$p99"
        echo "$subject $q $p99" >>"$work/results"
    done
done
# The medians: a round that something else on the machine has disturbed decides nothing.
median() { awk -v s="$1" -v f="$2" '$1 == s { print $f }' "$work/results" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
awk -v q="$(median dns 2)" -v p="$(median dns 3)" -v other_q="$(median dnsmasq 2)" -v other_p="$(median dnsmasq 3)" 'BEGIN {
    printf "medians: %.2f times the queries a second, %.2f times the p99\n", q / other_q, p / other_p
    exit !(q >= other_q && p < other_p)
}' || { echo "FAIL: not better than dnsmasq" && exit 1; }
