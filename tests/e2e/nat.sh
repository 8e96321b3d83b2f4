#!/usr/bin/env bash
# NAT, egress policies and published ports, switched on running VMs; a network namespace plays the world beyond.
. "$(dirname "$0")/lib.sh"

command -v nft >/dev/null && command -v socat >/dev/null || skip "nft and socat are needed (scripts/deps.sh)"

step "a world beyond this machine"
nft list ruleset >"$root/rules-before"
cat /proc/sys/net/ipv4/ip_forward >"$root/forward-before"
make_world 'echo hello from $SOCAT_PEERADDR' 203.0.113.3
nsenter --target $world_pid --net socat TCP-LISTEN:81,fork,reuseaddr SYSTEM:'while echo data 2>/dev/null; do sleep 0.1; done' &
servers="$servers $!"

# reach VM ADDRESS PORT: what the server says
reach() { banger vm exec "$1" -- timeout 5 bash -c "cat <>/dev/tcp/$2/$3"; }
no_reach() { ! reach "$@"; }
rules_have() { grep -qF "$1" <<<"$(nft list ruleset inet)"; } # not the guard's, which knows every VM that runs

open_has() {
    nft -j list ruleset | jq -e --arg a "$1" '[.nftables[].set? | select(.name? == "open") | .elem // [] | .[]] | index($a) != null' >/dev/null
}
# answers ADDRESS:PORT: an SSH server is behind it
answers() { [[ $(socat -T 5 "TCP:$1,connect-timeout=5" STDOUT </dev/null 2>/dev/null) == SSH-* ]]; }

step "with and without"
banger vm create --name web
banger vm create --name dark --no-nat
web=$(field web ip) dark=$(field dark ip)
same "$(reach web $world 80)" "hello from 203.0.113.1" "what the world says to web"
no_reach dark $world 80 || fail "dark reached the world without NAT"
rules_have "$web" || fail "no rule for web"
rules_have "$dark" && fail "a rule for dark"

step "taken away from a running VM"
banger vm exec web -- bash -c "cat <>/dev/tcp/$world/81 >/tmp/got; date +%s%3N >/tmp/ended" &
sleep 3
banger vm exec web -- test -s /tmp/got || fail "no download began"
banger vm set --no-nat web
switched=$(banger vm exec web -- date +%s%3N)
within 10 banger vm exec web -- test -s /tmp/ended || fail "an established download went on"
took=$(($(banger vm exec web -- cat /tmp/ended) - switched))
[ $took -lt 2000 ] || fail "the download broke only after $took ms"
no_reach web $world 80 || fail "web reached the world after --no-nat"
rules_have "$web" && fail "rules of a VM without NAT: $(nft list ruleset)"
banger vm set --nat web dark
same "$(reach dark $world 80)" "hello from 203.0.113.1" "what the world says to dark"
same "$(reach web $world 80)" "hello from 203.0.113.1" "what the world says to web again"

step "egress policies"
banger vm set --egress "allow=203.0.113.3/32" web
no_reach web $world 80 || fail "web reached what is not allowed"
same "$(reach web 203.0.113.3 80)" "hello from 203.0.113.1" "an allowed address"
banger vm set --egress none web
no_reach web 203.0.113.3 80 || fail "egress none lets it out"
must_fail "egress.*203.0.113.0/24" banger vm set --egress allow=203.0.113.5/24 web
must_fail "egress" banger vm set --egress nonsense web
banger vm set --no-nat --egress open web
no_reach web $world 80 || fail "--egress open overruled --no-nat"
banger vm set --nat web
banger vm set --egress open web

step "a name whose addresses this machine never saw: the guest's own question opens them"
in_world ip addr add 203.0.113.4/24 dev eth0
nsenter --target $world_pid --net dnsmasq --keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null \
    --pid-file= --port=53 --listen-address=$world --bind-interfaces --address=/shop.example/203.0.113.4 &
resolver=$!
banger daemon stop
printf 'plugins:\n  entries:\n    dns: {config: {upstreams: [203.0.113.2]}}\n' >>"$config"
banger vm set --egress allow=shop.example web
no_reach web 203.0.113.4 80 || fail "its address is open before anybody asked for it"
same "$(reach web shop.example 80)" "hello from 203.0.113.1" "the first connection after the guest's question"
rules_have 203.0.113.4 || fail "no rule for the address of shop.example"
no_reach web $world 80 || fail "web reached what is not allowed"
banger vm set --egress open web
kill $resolver
cp "$root/default-config" "$config"

step "published ports"
banger vm set --publish 127.0.0.1:2222:22 --publish 8080:80 web
answers 127.0.0.1:2222 || fail "the published port does not answer on loopback"
same "$(banger vm ports web --json | jq -r '.[] | select(.published) | "\(.vm) \(.port) \(.protocol) \(.published)"')" \
    "web 22 tcp 127.0.0.1:2222
web 80 tcp *:8080" "published ports"
# A neighbour that sends to this machine's loopback addresses over the wire.
in_world bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
    ip route del local 127.0.0.0/8 table local dev lo 2>/dev/null; ip route del local 127.0.0.1 table local dev lo 2>/dev/null
    ip route add 127.0.0.0/8 via 203.0.113.1 src 203.0.113.2'
in_world timeout 3 bash -c "$(declare -f answers); answers 127.0.0.1:2222" && fail "a neighbour reached a port of loopback"
banger vm set --publish 2222:22 --publish 8080:80 web
in_world bash -c "$(declare -f answers); answers 203.0.113.1:2222" || fail "the neighbour reaches nothing: the check proves nothing"
banger vm set --publish 127.0.0.1:2222:22 --publish 8080:80 web
answers 203.0.113.1:2222 && fail "a port published on loopback answers elsewhere"
banger vm set --publish 2200:22 web 2>&1 | grep -qF 'web: --publish no longer has 127.0.0.1:2222:22, 8080:80' ||
    fail "what went from the list is not told"
in_world bash -c "$(declare -f answers); answers 203.0.113.1:2200" || fail "the published port does not answer the world"
must_fail "published by VM web" banger vm set --publish 2200:22 dark
socat TCP-LISTEN:2300,reuseaddr,fork SYSTEM:true &
servers="$servers $!"
within 5 sh -c 'grep -qi ":08FC .*0A" /proc/net/tcp' || fail "no listener"
must_fail "2300.*in use by socat" banger vm set --publish 2300:22 dark
must_fail "^hint: it has .*203\.0\.113\.1 \(up0\)" banger vm set --publish 192.0.2.77:2300:22 dark
must_fail "this machine has no address 192.0.2.77" banger vm create --name late --publish 192.0.2.77:2300:22
must_fail "published by VM web" banger vm create --name late --publish 2200:80
must_fail "port" banger vm create --name late --publish 70000:80
expect_vms dark web

step "an address that goes holds up nothing else"
ip addr add 203.0.113.9/32 dev up0
banger vm set --publish 203.0.113.9:2301:22 dark
ip addr del 203.0.113.9/32 dev up0
banger vm set --egress none dark
banger vm set --egress open dark

step "kill -9 of the daemon changes nothing"
nft list ruleset | sort >"$root/rules"
kill_daemon
same "$(reach web $world 80)" "hello from 203.0.113.1" "without a daemon"
banger vm ls >/dev/null
same "$(nft list ruleset | sort)" "$(cat "$root/rules")" "rules after a restart"

step "many switches at once"
switches=()
for _ in 1 2 3 4; do
    for vm in web dark; do
        for nat in --no-nat --nat; do
            banger vm set $nat $vm >/dev/null 2>&1 &
            switches+=($!)
        done
    done
done
for pid in "${switches[@]}"; do wait "$pid" || true; done
for vm in web dark; do
    if [ "$(field $vm options.nat.nat)" = true ]; then wanted=yes; else wanted=no; fi
    if open_has "$(field $vm ip)"; then found=yes; else found=no; fi
    same $found $wanted "NAT of $vm on the host"
done

step "the host as it was"
banger vm stop web
rules_have "$web" && fail "rules of a stopped VM"
banger vm delete --force web dark
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules at the end"
same "$(cat /proc/sys/net/ipv4/ip_forward)" "$(cat "$root/forward-before")" "ip_forward at the end"
kill $servers
wait 2>/dev/null || true
ip link delete up0 2>/dev/null || true
