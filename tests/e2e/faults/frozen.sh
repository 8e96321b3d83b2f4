#!/usr/bin/env bash
# A VMM or a supervisor that stands still: the daemon answers as ever, and the VM can be ended.
. "$(dirname "$0")/../lib.sh"

# quick COMMAND...: it succeeds within 3 s.
quick() { timeout 3 "$@" >/dev/null || fail "not within 3 s: $*"; }
answers() {
    quick banger vm ls
    quick banger vm show a
    quick banger daemon status
    expect_state a running
}
supervisor() { field a supervisor_pid; }

banger vm create --name a
banger vm exec a -- sh -c 'echo kept > /root/f; sync'

step "a VMM that stands still"
kill -STOP "$(field a pid)"
answers
said=$(timeout 60 banger vm stop a --timeout 5s 2>&1) || fail "a frozen VMM cannot be stopped: $said"
why="the guest did not power off within 5 s"
[[ $said == *"warning: VM a was ended, as by a power cut: $why"* ]] || fail "the stop does not say what it did: $said"
same "$(banger vm show a --json | jq -r '.exit | .cause + ": " + .reason')" "killed: $why" "how it ended"
expect_state a stopped
no_vmm || fail "the VMM is left"

step "a supervisor that stands still, while the daemon restarts"
banger vm start a
same "$(banger vm exec a -- cat /root/f)" kept "disk"
kill -STOP "$(supervisor)"
answers
kill_daemon
answers
timeout 60 banger vm stop a --timeout 5s || fail "the VM of a frozen supervisor cannot be stopped"
expect_state a stopped
no_vmm || fail "the VMM is left"
same "$(pgrep -x banger-vm || true)" "" "supervisors"

step "both, and a kill"
banger vm start a
kill -STOP "$(supervisor)" "$(field a pid)"
answers
timeout 60 banger vm kill a || fail "a frozen VM cannot be killed"
expect_state a stopped

step "a delete"
banger vm start a
kill -STOP "$(supervisor)" "$(field a pid)"
timeout 60 banger vm delete --force a || fail "a frozen VM cannot be deleted"
expect_vms
no_vmm || fail "the VMM is left"

step "a supervisor that goes on again"
banger vm create --name a
kill -STOP "$(supervisor)"
(sleep 4 && kill -CONT "$(supervisor)") &
banger vm stop a
same "$(field a exit.cause)" poweroff "cause"
