#!/usr/bin/env bash
# NAT, published ports and names beside the firewalls of others: Docker's and ufw's iptables chains, and firewalld.
. "$(dirname "$0")/lib.sh"

for program in nft iptables socat; do command -v $program >/dev/null || skip "no $program (scripts/deps.sh)"; done

step "a world beyond this machine"
make_world 'echo hello'
reach() { [ "$(banger vm exec web -- timeout 5 bash -c "cat <>/dev/tcp/$world/80")" = hello ]; }
from_world() { [[ $(in_world timeout 5 socat -T 3 TCP:203.0.113.1:2222,connect-timeout=3 STDOUT </dev/null) == SSH-* ]]; }
works() { reach && from_world; }
stopped() { ! reach && ! from_world; }
check() { banger doctor --json | jq -r '.checks[] | select(.id == "firewalls") | '"$1"; }
severity() { same "$(check .severity)" "$1" "firewalls"; }

banger vm create --name web --publish 2222:22
works || fail "no way to the world, or back, without any firewall"
severity ok

step "Docker's chains"
iptables -P FORWARD DROP
iptables -N DOCKER-USER
iptables -A DOCKER-USER -j RETURN
iptables -A FORWARD -j DOCKER-USER
iptables -A FORWARD -i docker0 -j ACCEPT
iptables -S >"$root/iptables-before"
stopped || fail "the chains of Docker stop nothing: the test is wrong"
severity warning
banger doctor >"$root/doctor" || true
grep -q "iptables -I DOCKER-USER -i banger -j ACCEPT" "$root/doctor" || fail "$(cat "$root/doctor")"

step "nothing is done without consent"
banger doctor --fix </dev/null >"$root/doctor" 2>&1 || true
grep -q "nothing is done without a terminal" "$root/doctor" || fail "$(cat "$root/doctor")"
same "$(iptables -S)" "$(cat "$root/iptables-before")" "chains of Docker"

step "repaired"
banger doctor --fix --yes >"$root/doctor" || fail "$(cat "$root/doctor")"
grep -q "let VMs through" "$root/doctor" || fail "$(cat "$root/doctor")"
works || fail "repaired, but: $(nft list ruleset)"
severity ok
iptables -S DOCKER-USER | head -3 | grep -q -- "-o banger.*-j ACCEPT" || fail "$(iptables -S)"
banger vm show --host web >/dev/null
banger doctor --leaks || fail "its rules count as leaks"

step "it goes with the last VM, also after kill -9, and comes with the next"
kill_daemon
banger vm stop web
same "$(iptables -S)" "$(cat "$root/iptables-before")" "chains of Docker while no VM runs"
severity ok
banger vm start web
within 10 works || fail "not open again after a start"

step "taken back"
banger x nat firewalls --close >"$root/firewalls"
grep -q stopped "$root/firewalls" || fail "$(cat "$root/firewalls")"
same "$(iptables -S)" "$(cat "$root/iptables-before")" "chains of Docker, taken back"
stopped || fail "still open"
severity warning
iptables -P FORWARD ACCEPT
iptables -F && iptables -X

step "a refusal at the end, as others end their rules"
iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -j REJECT --reject-with icmp-host-prohibited
stopped || fail "the refusal stops nothing: the test is wrong"
severity warning
banger doctor --fix --yes >"$root/doctor" || fail "$(cat "$root/doctor")"
works || fail "repaired, but: $(nft list ruleset)"
severity ok
iptables -I FORWARD -i banger -j DROP
severity warning
iptables -D FORWARD -i banger -j DROP
banger x nat firewalls --close >/dev/null
same "$(iptables -S FORWARD | grep -c banger)" 0 "rules in FORWARD, taken back"
iptables -F

step "a chain for what this machine is asked, as ufw has it"
asks() { banger vm exec web -- timeout 2 getent ahostsv4 host.vm | grep -q 172.30.88.1; }
asks || fail "no names without any firewall"
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -S >"$root/iptables-before"
asks && fail "the policy stops nothing: the test is wrong"
severity warning
same "$(check .title)" "another firewall stops what VMs ask this machine" "what doctor says"
same "$(check '.repair[0]')" "iptables -I INPUT -i banger -j ACCEPT" "what would be done"
banger doctor --fix --yes >"$root/doctor" || fail "$(cat "$root/doctor")"
asks || fail "repaired, but: $(nft list ruleset)"
same "$(iptables -S INPUT | grep -c banger)" 1 "rules in INPUT"
severity ok
banger x nat firewalls --close >/dev/null
same "$(iptables -S)" "$(cat "$root/iptables-before")" "INPUT, taken back"
iptables -P INPUT ACCEPT
iptables -F

if command -v firewalld >/dev/null && command -v dbus-daemon >/dev/null; then
    step "firewalld"
    mount -t tmpfs tmpfs /run && mkdir -p /run/dbus /run/firewalld
    mount -t tmpfs tmpfs /var/log
    awk '{ print $5 }' /proc/self/mountinfo | sort >"$root/mounts"
    dbus-daemon --system --nofork --nopidfile &
    servers+=" $!"
    within 5 test -S /run/dbus/system_bus_socket
    firewalld --nofork --nopid >"$root/firewalld.log" 2>&1 &
    servers+=" $!"
    within 20 firewall-cmd --state || fail "firewalld does not start: $(cat "$root/firewalld.log")"
    cannot_reach() { ! reach; } # what comes in by a published port passes firewalld
    within 10 cannot_reach || fail "firewalld stops nothing: the test is wrong"
    severity warning
    same "$(check .cause)" "forwarded packets are dropped by: firewalld" "who drops"
    banger doctor --fix --yes >"$root/doctor" || fail "$(cat "$root/doctor")"
    works || fail "repaired, but: $(nft list ruleset)"
    same "$(firewall-cmd --get-zone-of-interface=banger)" trusted "zone of the bridge"
    banger doctor --leaks || fail "its trust counts as a leak"
    banger x nat firewalls --close >/dev/null
    firewall-cmd --get-zone-of-interface=banger 2>/dev/null | grep -q trusted && fail "firewalld trusts the bridge still"
    cannot_reach || fail "taken back, but it reaches the world"
    servers+=" $(pgrep -x polkitd || true)"
fi

step "the host as it was"
banger vm delete --force web
kill $servers
wait 2>/dev/null || true
within 5 sh -c '! ip link show up0' || fail "the world does not go"
