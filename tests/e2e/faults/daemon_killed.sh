#!/usr/bin/env bash
# kill -9 of bangerd during a create and during a stop: the next daemon finishes or undoes it.
. "$(dirname "$0")/../lib.sh"

settled() { banger vm ls --json | jq -e 'all(.[]; .state | IN("running", "stopped", "crashed"))'; }

for delay in 0.1 0.5 3; do
    step "during a create, after $delay s"
    banger daemon start
    banger vm create --name a >"$root/out" 2>&1 &
    create=$!
    sleep "$delay"
    kill_daemon
    # Before its request was taken the CLI may go to the next daemon and succeed there.
    wait $create || grep -qiE 'bangerd|daemon|connection' "$root/out" || fail "create says: $(cat "$root/out")"
    within 60 settled || fail "not settled: $(banger vm ls)"
    case $(vm_names) in
    '') # undone: nothing of it may be left
        same "$(vmm_pids)" "" "VMMs after the undo"
        [ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "left: $(find "$data/vms")"
        ;;
    a) # finished: it must be usable
        same "$(banger vm exec a -- echo ok)" ok "the VM whose create was finished"
        banger vm delete --force a
        ;;
    *) fail "vm ls: $(vm_names)" ;;
    esac
    banger op ls --json | jq -e 'all(.[]; .state | IN("succeeded", "failed", "cancelled"))' >/dev/null ||
        fail "an operation is still open: $(banger op ls)"
done

step "during a stop"
banger vm create --name a
banger vm exec a -- sh -c 'echo kept > /root/f; sync'
banger vm stop a >"$root/out" 2>&1 &
stop=$!
within 10 state_is a stopping || fail "a is $(field a state)"
kill_daemon
wait $stop || true
within 60 state_is a stopped || fail "the stop was not finished: a is $(field a state)"
within 10 no_vmm || fail "a VMM is left"
banger vm start a
same "$(banger vm exec a -- cat /root/f)" kept "disk over all that"

step "during a delete"
banger vm delete --force a >"$root/out" 2>&1 &
delete=$!
sleep 0.3
kill_daemon
wait $delete || true
within 60 settled || fail "not settled: $(banger vm ls)"
[ -z "$(vm_names)" ] || banger vm delete --force a
expect_vms
[ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "left: $(find "$data/vms")"
