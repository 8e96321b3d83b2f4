#!/usr/bin/env bash
# quickstart.sh of the top level: what it is told, and that an interruption ends what it began. Nothing is installed:
# a copy of it, with a build that waits.
set -euo pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d "${TMPDIR:-/tmp}/bgr-quick.XXXXXX")
trap 'rm -rf "$copy"' EXIT
fail() { echo "FAILED $*" >&2 && exit 1; }

cp "$tree/quickstart.sh" "$copy"
mkdir -p "$copy/scripts" "$copy/bin"
printf '#!/bin/sh\n' >"$copy/scripts/deps.sh"
# shellcheck disable=SC2016
printf '#!/bin/sh\necho $$ >"%s/building"\nsleep 60\n' "$copy" >"$copy/bin/cmake"
printf '#!/bin/sh\n' >"$copy/bin/sudo"
chmod +x "$copy"/bin/* "$copy"/scripts/*
export PATH=$copy/bin:$PATH HOME=$copy

"$copy/quickstart.sh" --help | grep -q '^usage: ./quickstart.sh' || fail "no help"
for words in --bogus 'now please' ''; do
    status=0
    # shellcheck disable=SC2086
    if [ -n "$words" ]; then set -- $words; else set -- ''; fi
    "$copy/quickstart.sh" "$@" >"$copy/said" 2>&1 || status=$?
    [ $status = 2 ] && grep -q "error: unknown option ${words%% *}" "$copy/said" || fail "'$words': $status $(cat "$copy/said")"
done
[ ! -e "$copy/building" ] || fail "it began all the same"

[ -c /dev/net/tun ] && { : <>/dev/net/tun; } 2>/dev/null || { echo "skip: /dev/net/tun cannot be opened" && exit 77; }
for signal in INT:130 TERM:143; do
    rm -f "$copy/building"
    env --default-signal=INT "$copy/quickstart.sh" >"$copy/said" 2>&1 &
    run=$!
    for _ in $(seq 100); do [ ! -s "$copy/building" ] && sleep 0.1; done
    [ -s "$copy/building" ] || fail "no build: $(cat "$copy/said")"
    grep -qx '  .. release build' "$copy/said" || fail "does not say what it is at: $(cat "$copy/said")"
    grep -qF "$copy/build/quickstart.log" "$copy/said" || fail "does not name its log: $(cat "$copy/said")"
    kill -"${signal%:*}" $run
    status=0
    wait $run || status=$?
    [ $status = "${signal#*:}" ] || fail "status $status: $(cat "$copy/said")"
    grep -q 'interrupted; ./quickstart.sh goes on where it stopped' "$copy/said" || fail "unclear: $(cat "$copy/said")"
    for _ in $(seq 100); do kill -0 "$(cat "$copy/building")" 2>/dev/null || break; sleep 0.1; done
    ! kill -0 "$(cat "$copy/building")" 2>/dev/null || fail "its build goes on"
done
echo "ok"
