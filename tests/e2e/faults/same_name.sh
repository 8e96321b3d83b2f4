#!/usr/bin/env bash
# Several CLIs create the same name at once, the daemon not yet running: one wins, the others are told.
. "$(dirname "$0")/../lib.sh"

step "four creates of one name"
for i in 1 2 3 4; do
    (banger vm create --name a >"$root/$i.out" 2>&1 && echo 0 || echo $?) >"$root/$i.status" &
done
wait
same "$(cat "$root"/?.status | grep -cx 0)" 1 "creates that succeeded ($(cat "$root"/?.out))"
same "$(cat "$root"/?.out | grep -ciE "exists|taken")" 3 "creates that were told ($(cat "$root"/?.out))"
same "$(pgrep -xc bangerd)" 1 "daemons"
expect_vms a
same "$(vmm_pids | wc -w)" 1 "VMMs"
same "$(banger vm exec a -- hostname)" a "the winner works"

step "two stops, two deletes at once"
banger vm stop a & banger vm stop a & wait
expect_state a stopped
banger vm delete --yes a >/dev/null 2>&1 & banger vm delete --yes a >/dev/null 2>&1 & wait
expect_vms
