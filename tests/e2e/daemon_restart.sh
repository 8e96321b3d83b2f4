#!/usr/bin/env bash
# VMs outlive the daemon: killed, stopped or restarted, it finds them again, and what ended while it was away.
. "$(dirname "$0")/lib.sh"

adopted() { # after a restart of the daemon: same VMM, still usable
    same "$(field a pid)" "$pid" "pid after $1"
    expect_state a running
    same "$(banger vm exec a -- cat /run/mark)" here "guest after $1"
}

no_daemon() { ! daemon_pid >/dev/null; }

banger vm create --name a
pid=$(field a pid)
banger vm exec a -- sh -c 'echo here > /run/mark'

step "kill -9 of the daemon"
kill_daemon
adopted "kill -9"

step "a command at the very moment of a kill"
for _ in $(seq 10); do
    kill -KILL "$(daemon_pid)"
    expect_vms a
done

step "orderly stop and start"
banger daemon stop
within 2 no_daemon || fail "bangerd runs after daemon stop" # until then it may be there as a zombie
[ -d "/proc/$pid" ] || fail "the VM ended with the daemon"
banger daemon start
adopted "daemon restart"

step "SIGTERM"
daemon=$(daemon_pid)
kill -TERM "$daemon"
within 10 gone "$daemon" || fail "bangerd ignores SIGTERM"
adopted "SIGTERM"

step "a power-off while the daemon is away"
banger vm create --name b
other=$(field b pid)
ssh_b=$(banger vm show b --json | jq -r .ip)
banger daemon stop
ssh -i "$BANGER_RUNTIME_DIR/id_ed25519" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    "root@$ssh_b" systemctl poweroff || true
within 60 gone "$other" || fail "b does not power off"
expect_state b stopped
same "$(field b exit.cause)" poweroff "cause for b"
expect_state a running

step "a crash while the daemon is away"
banger daemon stop
kill -KILL "$pid"
within 10 gone "$pid" || fail "the VMM outlived kill -9"
expect_state a crashed
field a exit.reason | grep -qiE 'kill|signal 9' || fail "no reason for the crash: $(field a exit)"
banger vm start a
same "$(banger vm exec a -- echo alive)" alive "a after its crash"

step "a second daemon does not start"
must_fail 'already|running' bangerd
expect_vms a b
