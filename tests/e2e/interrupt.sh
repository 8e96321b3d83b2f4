#!/usr/bin/env bash
# Ctrl-C during a create cancels it, rolls back and frees the name, at whatever moment it comes.
. "$(dirname "$0")/lib.sh"

nothing_of_a() { [ -z "$(vm_names)$(vmm_pids)" ] && [ -z "$(ls "$data/vms" 2>/dev/null)" ]; }
banger daemon start
for delay in 0.05 0.4 2 4; do
    step "Ctrl-C after $delay s"
    # A job in the background starts with SIGINT ignored; a terminal's foreground job does not.
    env --default-signal=INT banger vm create --name a >"$root/out" 2>&1 &
    create=$!
    sleep "$delay"
    kill -INT $create 2>/dev/null || true
    status=0
    wait $create || status=$?
    same $status 130 "exit status after Ctrl-C ($(cat "$root/out"))"
    within 10 nothing_of_a || fail "left after Ctrl-C: $(vm_names) $(vmm_pids) $(taps)"
done

step "the cancelled operations are told as such"
banger op ls --json | jq -e 'map(select(.kind == "create")) | length > 0 and all(.[]; .state == "cancelled")' >/dev/null ||
    fail "op ls: $(banger op ls)"

step "the name is free, and a detached create can be watched and cancelled"
operation=$(banger vm create --name a --detach --json | jq -r .id)
banger op cancel "$operation"
banger op watch "$operation" >"$root/out" 2>&1 || true
same "$(banger op show "$operation" --json | jq -r .state)" cancelled "state of the operation"
expect_vms

step "delete pre-empts a create, which says so"
operation=$(banger vm create --name a --detach --json | jq -r .id)
sleep 1
banger vm delete --force a
expect_vms
must_fail "create a was cancelled and rolled back: delete a was asked for" banger op watch "$operation"

step "a daemon that is told to stop says what it cancels, and so does the create"
banger vm create --name a >"$root/out" 2>&1 &
create=$!
made() { [ "$(vm_names)" = a ]; }
within 20 made || fail "no VM is being made"
said=$(banger daemon stop 2>&1)
grep -q 'cancelling create a (op-' <<<"$said" || fail "daemon stop: $said"
status=0
wait $create || status=$?
same $status 1 "exit status of the create ($(cat "$root/out"))"
grep -q 'bangerd was told to stop' "$root/out" || fail "the create does not say why: $(cat "$root/out")"
expect_vms
