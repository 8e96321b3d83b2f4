#!/usr/bin/env bash
# network.bridge and network.subnet change while a VM runs: it keeps its network, and nothing is started on another one.
. "$(dirname "$0")/../lib.sh"

network() { { cat "$root/default-config" && printf 'network: {bridge: %s, subnet: %s}\n' "$1" "$2"; } >"$config"; }

network banger-1 10.77.0.0/24
banger vm create --name a
address=$(field a ip)

step "another bridge"
network banger-2 10.77.0.0/24
grep -q 'warning: .*VM a still runs on bridge banger-1' <<<"$(banger config check 2>&1)" || fail "config check does not tell"
grep -q 'warning: VM a still runs on bridge banger-1' <<<"$(banger daemon restart 2>&1)" || fail "the restart does not tell"
banger vm exec a -- true
must_fail 'VM a still runs on bridge banger-1.*network.bridge: banger-2' banger vm create --name b
same "$(banger op ls --json | jq '[.[] | select(.target == "b")] | length')" 0 "operations of a create that was refused"

step "the way out that is told"
banger vm stop a
banger daemon restart
[ -e /sys/class/net/banger-1 ] && fail "the old bridge is still there"
banger vm start a
[ -e /sys/class/net/banger-2 ] || fail "the VM is on another bridge"
same "$(field a ip)" "$address" "the address"

step "another subnet"
network banger-2 10.78.0.0/24
banger daemon restart
must_fail 'VM a still runs on 10.77.0.0/24' banger vm create --name b
banger vm exec a -- true
kill_daemon
banger vm exec a -- true
banger vm stop a
banger daemon restart
must_fail "VM a has the address $address for life" banger vm start a
expect_vms a
banger vm delete a
