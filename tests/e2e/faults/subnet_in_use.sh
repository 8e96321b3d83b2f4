#!/usr/bin/env bash
# The bridge's subnet is already a network of the host: refused, with a free one named.
. "$(dirname "$0")/../lib.sh"

step "a link of the host has the subnet"
ip link add office type bridge
ip addr add 172.30.88.7/24 dev office
ip link set office up
must_fail '172\.30\.88\.0/24.*office|office.*172\.30\.88' banger vm create --name a
free=$(grep -oE '(10|172|192)\.[0-9]+\.[0-9]+\.[0-9]+/[0-9]+' <<<"$said" | grep -v '^172\.30\.88\.' | head -1)
[ -n "$free" ] || fail "no free subnet is proposed: $said"
must_fail 'office' banger doctor
expect_vms
same "$(find /sys/class/net -mindepth 1 -printf '%f\n' | grep -vE '^(lo|office)$')" "" "links of ours"
banger daemon stop

step "the proposed one works"
{ cat "$root/default-config" && printf 'network:\n  subnet: %s\n' "$free"; } >"$config"
banger vm create --name a
banger vm exec a -- ip -o -4 addr show eth0 | grep -q "${free%.*}." || fail "a has no address in $free"
banger vm delete --force a
banger daemon stop

step "a bridge of that name that is not ours is left alone"
cp "$root/default-config" "$config"
ip link del office
ip link add banger type bridge
ip addr add 10.1.2.3/24 dev banger
must_fail 'banger' banger vm create --name a
ip -o -4 addr show banger | grep -q '10.1.2.3/24' || fail "a foreign bridge was changed"
banger daemon stop
ip link show banger >/dev/null || fail "a foreign bridge was deleted"
ip link del banger
