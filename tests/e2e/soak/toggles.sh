#!/usr/bin/env bash
# NAT of many VMs switched by several people at once: in the end the host's rules are what the store says of each.
. "$(dirname "$0")/../lib.sh"

command -v nft >/dev/null || skip "no nft (scripts/deps.sh)"
vms=${BANGER_VMS:-20} people=8 rounds=${BANGER_ROUNDS:-10}
RANDOM=${BANGER_SEED:-7}
step "seed ${BANGER_SEED:-7}, $vms VMs, $people people, $rounds changes each"
nft list ruleset >"$root/rules-before"

names=()
for number in $(seq "$vms"); do
    names+=("web-$number")
    banger vm create --memory 192M --name "web-$number" >"$root/out" 2>&1 || fail "create: $(cat "$root/out")"
done

# In the rules, and in the store: addresses of the VMs with NAT.
in_rules() { nft -j list ruleset | jq -r '.nftables[].set? | select(.name? == "open") | .elem // [] | .[]' | sort; }
in_store() { banger vm ls --json | jq -r '.[].name' | while read -r name; do
    banger vm show "$name" --json | jq -r 'select(.options.nat.nat != false) | .ip'
done | sort; }

step "switching"
pids=()
for person in $(seq $people); do
    seed=$RANDOM
    (
        RANDOM=$seed
        for _ in $(seq "$rounds"); do
            wish=--nat
            [ $((RANDOM % 2)) = 0 ] || wish=--no-nat
            one=${names[RANDOM % vms]} two=${names[RANDOM % vms]}
            banger vm set $wish "$one" "$two" >"$root/out$person" 2>&1 || grep -qi busy "$root/out$person" ||
                { cat "$root/out$person" && exit 1; }
        done
    ) &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "a change failed"; done
same "$(in_rules)" "$(in_store)" "addresses with NAT"
step "$(in_store | wc -l) of $vms have NAT, in the rules as in the store"

step "a daemon that was killed finds it so, too"
kill_daemon
banger vm set --no-nat "${names[0]}"
same "$(in_rules)" "$(in_store)" "addresses with NAT"

step "the host as it was"
banger vm delete --force "${names[@]}" >/dev/null
banger daemon stop
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules at the end"
