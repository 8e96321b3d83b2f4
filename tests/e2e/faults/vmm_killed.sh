#!/usr/bin/env bash
# kill -9 of the VMM in each state: the VM is crashed (or its create failed) with the reason, and can be used again.
. "$(dirname "$0")/../lib.sh"

kill_vmm() { kill -KILL "$(vmm_pids | head -1)"; }
crashed() {
    within 10 state_is a crashed || fail "a is $(field a state)"
    field a exit.reason | grep -qiE 'kill|signal' || fail "no reason: $(field a exit)"
    same "$(vmm_pids)$(pgrep -x banger-vm || true)" "" "VMM and supervisor of a crashed VM"
}

step "while creating"
banger vm create --name a >"$root/out" 2>&1 &
create=$!
within 30 a_vmm || fail "no VMM"
sleep 1
kill_vmm
! wait $create || fail "create succeeded without its VMM"
grep -qiE 'kill|signal' "$root/out" || fail "no reason: $(cat "$root/out")"
expect_vms

step "while running"
banger vm create --name a
banger vm exec a -- sh -c 'echo keep > /root/f; sync'
kill_vmm
crashed
banger vm ls | grep -q crashed || fail "vm ls: $(banger vm ls)"

step "while starting"
banger vm start a >"$root/out" 2>&1 &
start=$!
within 30 a_vmm || fail "no VMM"
sleep 1
kill_vmm
! wait $start || fail "start succeeded without its VMM"
grep -qiE 'kill|signal' "$root/out" || fail "no reason: $(cat "$root/out")"
[[ $(field a state) =~ ^(stopped|crashed)$ ]] || fail "a is $(field a state)"
no_vmm || fail "a VMM is left"

step "while stopping"
banger vm start a
same "$(banger vm exec a -- cat /root/f)" keep "disk after a crash"
banger vm stop a >"$root/out" 2>&1 &
stop=$!
within 10 state_is a stopping || fail "a is $(field a state)"
kill_vmm
wait $stop || true
within 10 no_vmm || fail "a VMM is left"
[[ $(field a state) =~ ^(stopped|crashed)$ ]] || fail "a is $(field a state)"

step "kill -9 of the supervisor takes the VMM with it"
banger vm start a
pkill -KILL -x banger-vm
within 10 state_is a crashed || fail "a is $(field a state)"
within 5 no_vmm || fail "the VMM outlived its supervisor"
banger vm start a
same "$(banger vm exec a -- cat /root/f)" keep "disk after all that"
