#!/usr/bin/env bash
# A VM speaks for nobody but itself, whatever its root does; and VMs that are to be kept apart do not reach each other.
. "$(dirname "$0")/lib.sh"

command -v nft >/dev/null || skip "nft is needed (scripts/deps.sh)"
nft list ruleset >"$root/rules-before"

# reach VM ADDRESS: an SSH server there answers the VM
reach() { [ "$(banger vm exec "$1" -- timeout 5 bash -c "exec 3<>/dev/tcp/$2/22; head -c 4 <&3" 2>/dev/null)" = "SSH-" ]; }
no_reach() { ! reach "$@"; }
guard_has() { grep -qF "$1" <<<"$(nft list ruleset bridge)"; }

step "honest"
banger vm create --name a
banger vm create --name b
a=$(field a ip) b=$(field b ip)
reach a "$b" || fail "a does not reach b"
guard_has "$a" && guard_has "$b" || fail "no entry: $(nft list ruleset bridge)"
same "$(banger vm show a --host --json | jq -r '[.[] | select(.plugin == "tap-pool") | .kind] | sort | join(" ")')" \
    "nft-element tap" "what tap-pool holds for a"
same "$(banger doctor --json | jq -r '.checks[] | select(.source == "tap-pool" and .id == "guard") | .severity')" ok "doctor"

step "with another address than its own"
forged=${a%.*}.77
banger vm exec a -- ip addr add "$forged/32" dev eth0
banger vm exec a -- ip route add "$b/32" dev eth0 src "$forged"
no_reach a "$b" || fail "a reached b as $forged"
banger vm exec a -- ip route del "$b/32"
within 5 reach a "$b" || fail "a does not reach b any more"

step "a daemon that died and one that comes back"
kill_daemon
guard_has "$a" && guard_has "$b" || fail "the rules went with the daemon"
nft delete table bridge "$(nft list tables bridge | awk '{ print $3 }')"
banger vm ls >/dev/null # starts the next one
within 10 guard_has "$b" || fail "the rules are not made again"
reach b "$a" || fail "b does not reach a"

step "what a dead banger left"
nft add table bridge bangerguard_"$(id -u)"_dead00
same "$(banger doctor --leaks --json | jq -r '.[].name')" "bangerguard_$(id -u)_dead00" "what is left over"
banger doctor --leaks --fix --yes
guard_has dead00 && fail "it is still there"
guard_has "$a" || fail "more than that went"

step "kept apart"
printf 'plugins:\n  entries:\n    tap-pool: {config: {vm_to_vm: false}}\n' >>"$config"
banger daemon restart >/dev/null
within 10 no_reach a "$b" || fail "a reaches b"
no_reach b "$a" || fail "b reaches a"
banger vm exec a -- true && banger vm exec b -- true || fail "this machine does not reach them"

step "the host as it was"
banger vm stop a
guard_has "$a" && fail "an entry of a stopped VM"
guard_has "$b" || fail "no entry of a running one"
banger vm delete --force a b
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules at the end"
