#!/usr/bin/env bash
# Two people change one VM at the same time: each hears what became of the wish, and the VM is in one state.
. "$(dirname "$0")/../lib.sh"

RANDOM=${BANGER_SEED:-7}
step "seed ${BANGER_SEED:-7}"
wishes=("start a" "stop a" "kill a" "delete --force a" "restart a" "delete a")
refusals='busy|cancelled|no VM named|is (running|starting|stopping|stopped|crashed|creating|deleting)|ended before it was ready'

for round in $(seq "${BANGER_ROUNDS:-20}"); do
    [ -n "$(vm_names)" ] || banger vm create --name a
    one=${wishes[RANDOM % ${#wishes[@]}]} two=${wishes[RANDOM % ${#wishes[@]}]}
    step "round $round: $one, $two"
    pids=()
    for number in 1 2; do
        wish=$one
        [ $number = 1 ] || wish=$two
        # shellcheck disable=SC2086
        timeout 120 banger vm $wish >"$root/out$number" 2>&1 &
        pids+=($!)
        sleep "0.$((RANDOM % 4))"
    done
    for number in 1 2; do
        status=0
        wait "${pids[number - 1]}" || status=$?
        [ $status -lt 124 ] || [ $status = 130 ] || fail "ended with $status: $(cat "$root/out$number")"
        [ $status = 0 ] || grep -qiE "$refusals" "$root/out$number" || fail "says: $(cat "$root/out$number")"
    done
    within 30 sh -c "banger vm ls --json | jq -e 'all(.[]; .operation == null)'" || fail "busy: $(banger vm ls --json)"
    state=$(banger vm ls --json | jq -r '.[0].state // "gone"')
    case $state in
    running) same "$(banger vm exec a -- echo ok)" ok "the VM that runs" ;;
    stopped | crashed | gone) no_vmm || fail "the VM is $state, but a VMM runs" ;;
    *) fail "the VM is $state" ;;
    esac
    same "$(vmm_pids | wc -l)" "$([ "$state" = running ] && echo 1 || echo 0)" "VMMs"
done
