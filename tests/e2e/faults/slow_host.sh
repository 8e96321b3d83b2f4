#!/usr/bin/env bash
# The host stops the guest again and again while its kernel starts, as a busy one does: the kernel gets the rate of its
# timer wrong, which the init notices, and the guest is started again.
. "$(dirname "$0")/../lib.sh"

banger daemon start
banger vm create --name a --timeout 300s >"$root/out" 2>&1 &
create=$!
vmm=
for _ in $(seq 300); do
    vmm=$(vmm_pids | head -1)
    [ -z "$vmm" ] || break
    sleep 0.02
done
[ -n "$vmm" ] || fail "no VMM came up: $(cat "$root/out")"
for _ in $(seq 60); do
    kill -STOP "$vmm" 2>/dev/null || break
    sleep 0.3
    kill -CONT "$vmm" 2>/dev/null || break
    sleep 0.02
done
wait $create || fail "create: $(cat "$root/out")"

step "what runs has a timer that keeps time"
slept=$(banger vm exec a -- sh -c 'b=$(date +%s%N); for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done; echo $((($(date +%s%N) - b) / 1000000))')
[ "$slept" -lt 2000 ] || fail "ten sleeps of 50 ms took $slept ms"
operation=$(banger op ls --json | jq -r '[.[] | select(.kind == "create")][0].id')
if banger op show "$operation" --json | grep -q 'the guest rebooted before it was ready (.*); it is started again'; then
    step "it had to be started again"
else
    step "its kernel got the rate right all the same"
fi
banger vm delete --force a
