#!/usr/bin/env bash
# kill -9 of the daemon again and again while VMs are made, stopped, started and deleted: whenever it has settled, the
# list, the processes and the files agree. BANGER_KILLS=N says how often.
. "$(dirname "$0")/../lib.sh"

kills=${BANGER_KILLS:-20}
RANDOM=${BANGER_SEED:-11}
step "seed ${BANGER_SEED:-11}, $kills kills"
# A tap that a killed daemon left is normally kept for a minute; here its end is to be seen.
printf 'plugins:\n  entries:\n    tap-pool: {config: {min_age_s: 0}}\n' >>"$config"

# work NAME SEED: one VM through its life, for ever; what fails because the daemon died is of no interest here.
work() {
    RANDOM=$2
    while [ ! -e "$root/enough" ]; do
        case $((RANDOM % 5)) in
        0 | 1) banger vm create --name "$1" ;;
        2) banger vm stop "$1" --timeout 5s ;;
        3) banger vm start "$1" ;;
        4) banger vm delete --force "$1" ;;
        esac || true
    done >>"$root/work-$1" 2>&1
}

settled() { banger vm ls --json | jq -e 'all(.[]; .operation == null and (.state | IN("running", "stopped", "crashed")))'; }
agree() {
    local expected
    expected=$(banger vm ls --json | jq -r '[.[] | select(.state == "running") | .pid] | sort | join(" ")')
    same "$(vmm_pids | sort -n | xargs)" "$(tr ' ' '\n' <<<"$expected" | sort -n | xargs)" "VMMs"
    same "$(ls "$data/vms" | sort | xargs)" "$(banger vm ls --json | jq -r '.[].id' | sort | xargs)" "folders of VMs"
    same "$(ls "$run/vm" | wc -l)" "$(wc -w <<<"$expected")" "run folders"
}

work a "$RANDOM" &
work b "$RANDOM" &
for kill in $(seq "$kills"); do
    sleep "$((RANDOM % 20)).$((RANDOM % 10))"
    kill_daemon
    step "kill $kill: $(vm_names)"
done
: >"$root/enough"
wait
step "$(grep -cE ' (started|stopped|deleted) |^[ab]$' "$root"/work-* | sed 's/.*work-//' | xargs) succeeded"
within 120 settled || fail "not settled: $(banger vm ls)"
agree
for name in $(vm_names); do
    [ "$(field "$name" state)" = running ] || banger vm start "$name"
    same "$(banger vm exec "$name" -- echo ok)" ok "$name"
    banger vm delete --force "$name"
done
agree
