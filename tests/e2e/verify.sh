#!/usr/bin/env bash
# verify.sh of the top level: both modes, for people and for programs, with a fault, interrupted; it leaves nothing.
. "$(dirname "$0")/lib.sh"

command -v nft >/dev/null && command -v socat >/dev/null || skip "nft and socat are needed (scripts/deps.sh)"
verify() { "$tree/verify.sh" --banger "$BANGER_BUILD_DIR/bin/banger" "$@"; }
# Of the banger that is in use here, too: nothing of it changes.
left() { footprint && nft list ruleset && cat /proc/sys/net/ipv4/ip_forward && find "$XDG_DATA_HOME" "$XDG_STATE_HOME" "$TMPDIR"/bgr-v.* -mindepth 1 2>/dev/null; true; }
nothing_more() { same "$(left)" "$before" "what is left after $1"; }

step "a world beyond this machine"
make_world 'echo hello'
before=$(left)

step "options"
verify --help | grep -q -- '--nat' || fail "no help"
must_fail 'error: unknown option --nosuch' verify --nosuch
must_fail 'error: --target takes HOST:PORT' verify --target nowhere
must_fail '/nosuch/banger does not exist' "$tree/verify.sh" --banger /nosuch/banger
must_fail '/etc/passwd is no program' "$tree/verify.sh" --banger /etc/passwd

step "with NAT"
verify --nat --target 203.0.113.2:80 | tee "$root/out"
for name in create exec 'cp there' names 203.0.113.2:80 no-nat restart 'stop, start' delete 'packet filter as before' 'all is well'; do
    grep -qF -e "$name" "$root/out" || fail "no step '$name'"
done
nothing_more "a run with NAT"

step "for programs"
verify --json >"$root/out"
jq -e '.ok and .failed == null and (.steps | length) == 8 and all(.steps[]; .ok and .ms >= 0)' "$root/out" >/dev/null || fail "$(cat "$root/out")"
nothing_more "a run for programs"

step "what fails is told"
must_fail 'FAILED this machine' env BANGER_RUNTIME_DIR=/nosuch "$tree/verify.sh" --banger "$BANGER_BUILD_DIR/bin/banger"
grep -q 'no runtime bundle' <<<"$said" && grep -q 'what to do: ' <<<"$said" || fail "unclear: $said"
nothing_more "a run without a bundle"
status=0
verify --nat --target 203.0.113.7:80 --json >"$root/out" || status=$?
same $status 1 "status of a run that fails"
jq -e '.ok == false and .failed == "the VM reaches 203.0.113.7:80" and (.steps[-1] | (.why | test("does not reach")) and .next != "" and (.log | test("bangerd")))' \
    "$root/out" >/dev/null || fail "$(cat "$root/out")"
nothing_more "a run that fails"

step "interrupted"
# As Ctrl-C does: to all of its processes; in the background a shell would leave them deaf to it.
setsid env --default-signal=INT "$tree/verify.sh" --banger "$BANGER_BUILD_DIR/bin/banger" >"$root/out" 2>&1 &
run_pid=$!
within 90 grep -q 'ok create' "$root/out" || fail "no VM: $(cat "$root/out")"
kill -INT -- -$run_pid
status=0
wait $run_pid || status=$?
same $status 130 "status of a run that is interrupted"
nothing_more "a run that is interrupted"

kill $servers
wait 2>/dev/null || true
ip link delete up0 2>/dev/null || true
