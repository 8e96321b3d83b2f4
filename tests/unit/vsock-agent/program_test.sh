#!/usr/bin/env bash
# The program as it is put into guests: its size, its memory, no libraries. usage: program_test.sh PROGRAM
set -euo pipefail
program=$1
dir=$(mktemp -d /tmp/bgr-agent.XXXXXX)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
fail() { echo "FAIL: $*" >&2 && exit 1; }

size=$(stat -c %s "$program")
[ "$size" -lt $((2560 * 1024)) ] || fail "the program has $size bytes"
! readelf --program-headers "$program" | grep -q INTERP || fail "the program is not static"
! grep -aq '\.debug_info' "$program" || fail "the program is not stripped"

"$program" --socket "$dir/s" --state "$dir/state" --booted-name "bgr-agent-test-$$" 2>"$dir/log" &
pid=$!
for _ in $(seq 100); do [ ! -S "$dir/s" ] || break; sleep 0.05; done
[ -S "$dir/s" ] || fail "no socket: $(cat "$dir/log")"
ask() { printf '%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' "$1" "$2" | socat -t 10 - "UNIX-CONNECT:$dir/s"; }
for path in /v1/health /v1/stats /v1/ports /v1/boot; do
    ask GET $path | grep -q '^HTTP/1.1 200 OK' || fail "GET $path"
done
head -c 3000000 /dev/zero >"$dir/file"
got=$(ask GET "/v1/files?path=$dir/file" | wc -c)
[ "$got" -gt 3000000 ] || fail "a file of 3000000 bytes came as $got"
resident=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status")
[ "$resident" -lt 3072 ] || fail "$resident KiB are resident"
"$program" booted --booted-name "bgr-agent-test-$$" || fail "booted"
ask GET /v1/health | grep -q '"boot":"finished"' || fail "booted was not heard"
kill -TERM "$pid"
wait "$pid" || fail "it ended with $?"
pid=
echo "$size bytes, $resident KiB resident"
