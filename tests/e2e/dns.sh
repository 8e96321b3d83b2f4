#!/usr/bin/env bash
# Names of VMs from this machine and from guests, aliases changed live, other names by a resolver of the case's own,
# and the host as it was.
. "$(dirname "$0")/lib.sh"

for program in dig nft socat dnsmasq; do command -v $program >/dev/null || skip "no $program (scripts/deps.sh)"; done
nft list ruleset >"$root/rules-before"

step "a resolver of the world, and a resolvectl that writes down what it is told"
dnsmasq --conf-file=/dev/null --keep-in-foreground --pid-file= --user=root --no-hosts --no-resolv --port=15399 \
    --listen-address=127.0.0.1 --bind-interfaces --address=/outside.example/203.0.113.7 --log-facility=/dev/null &
world=$!
mkdir "$root/usr-bin"
mount -t tmpfs tmpfs "$root/usr-bin" && mkdir "$root/usr-bin/upper" "$root/usr-bin/work"
cat >"$root/usr-bin/upper/resolvectl" <<TEXT
#!/bin/sh
echo "\$*" >>"$root/usr-bin/told"
TEXT
chmod 755 "$root/usr-bin/upper/resolvectl"
if mount -t overlay -o "lowerdir=/usr/bin,upperdir=$root/usr-bin/upper,workdir=$root/usr-bin/work" overlay /usr/bin 2>/dev/null; then
    with_resolved=yes
    mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/resolve
    echo "nameserver 203.0.113.53" >/run/systemd/resolve/resolv.conf
else
    with_resolved=no
    echo "not checked: what systemd-resolved is told (no overlay mount over /usr/bin here)"
fi
awk '{ print $5 }' /proc/self/mountinfo | sort >"$root/mounts"
printf 'plugins:\n  entries:\n    dns: {config: {upstreams: ["127.0.0.1:15399"]}}\n    vsock: {config: {sample_s: 1}}\n' >>"$config"

# host_dig ARGUMENTS...: the answer's data as this machine gets it
host_dig() { dig +short +time=3 +tries=1 @127.0.0.1 -p "$port" "$@"; }
rcode() { dig +time=3 +tries=1 @127.0.0.1 -p "$port" "$@" | sed -n 's/.*status: \([A-Z]*\).*/\1/p'; }
in_guest() { banger vm exec "$1" -- getent ahostsv4 "$2" | awk 'NR == 1 { print $1 }'; }
rules() { nft list ruleset; }

step "a VM has a name"
banger vm create --name web --dns-alias api --dns-alias deep.er
web=$(field web ip)
gateway=${web%.*}.1
port=$(banger x dns status | jq -r '.port // empty' 2>/dev/null || true)
[ -n "$port" ] || port=$(banger x dns status --json | jq -r '.. | .port? // empty' | head -1)
same "$(host_dig web.vm)" "$web" "web.vm"
same "$(host_dig api.vm)" "$web" "an alias"
same "$(host_dig deep.er.vm)" "$web" "an alias of two labels"
same "$(host_dig any.thing.web.vm)" "$web" "the wildcard below a VM"
same "$(host_dig host.vm)" "$gateway" "the host"
same "$(host_dig -x "$web")" "web.vm." "the name of an address"
same "$(host_dig +tcp web.vm)" "$web" "by TCP"
same "$(host_dig +bufsize=4096 +dnssec web.vm)" "$web" "with 4096 bytes of EDNS"
same "$(rcode nobody.vm)" NXDOMAIN "an unknown name"
same "$(rcode web.vm AAAA)" NOERROR "no IPv6 address"
same "$(host_dig outside.example)" 203.0.113.7 "a name of the world"

step "from the guest"
banger vm exec web -- cat /etc/resolv.conf | grep -qx "nameserver $gateway" || fail "another resolver in the guest"
same "$(in_guest web api.vm)" "$web" "its other name"
same "$(in_guest web other.web.vm)" "$web" "the wildcard"
same "$(in_guest web host)" "$gateway" "the host by its short name"
same "$(in_guest web outside.example)" 203.0.113.7 "a name of the world"
[ -z "$(in_guest web nobody.vm)" ] || fail "an unknown name has an address"
grep -qF bangerdns_ <<<"$(rules)" || fail "no redirect"

step "a flood of questions from the guest"
banger vm exec web -- bash -c 'for _ in $(seq 5000); do
    printf "\x12\x34\1\0\0\1\0\0\0\0\0\0\4some\7example\0\0\1\0\1" >/dev/udp/'"$gateway"'/53; done' &
flood=$!
sleep 0.5
for _ in $(seq 20); do
    same "$(host_dig +time=1 web.vm)" "$web" "a name during the flood"
    same "$(host_dig +time=1 outside.example)" 203.0.113.7 "a name of the world during the flood"
done
wait $flood
echo "answered, forwarded, dropped: $(banger x dns status --json | jq -c '.. | objects | select(has("limited")) | [.answered, .forwarded, .limited]')"

if [ $with_resolved = yes ]; then
    step "systemd-resolved is told"
    grep -qx "dns banger 127.0.0.1:$port" "$root/usr-bin/told" || fail "told: $(cat "$root/usr-bin/told")"
    grep -qx "domain banger ~vm .*" "$root/usr-bin/told" || fail "told: $(cat "$root/usr-bin/told")"
    grep -qx "default-route banger no" "$root/usr-bin/told" || fail "told: $(cat "$root/usr-bin/told")"
    step "links have names then"
    serve='$s = IO::Socket::INET->new(LocalPort => 8000, Listen => 5); while ($c = $s->accept) { print $c "HTTP/1.0 200 OK\r\n\r\n"; close $c }'
    banger vm exec web -- sh -c 'nohup perl -MIO::Socket::INET -e "$1" >/dev/null 2>&1 &' sh "$serve"
    linked() { banger vm ports --json web | jq -e '.[] | select(.port == 8000 and .url == "http://web.vm:8000/")'; }
    within 40 linked || fail "$(banger vm ports --json web)"
fi

step "names change on the running VM, and belong to one"
banger vm set --dns-alias shop web
same "$(host_dig shop.vm)" "$web" "the new alias"
same "$(rcode api.vm)" NXDOMAIN "the old alias"
must_fail "shop.vm belongs to VM web" banger vm create --name late --dns-alias shop
must_fail "shop.vm belongs to VM web" banger vm create --name shop
must_fail "invalid name" banger vm set --dns-alias 'a_b' web
expect_vms web

step "kill -9 of the daemon"
kill_daemon
banger vm ls >/dev/null
within 10 sh -c "dig +short +time=1 +tries=1 @127.0.0.1 -p $port shop.vm | grep -qx $web" || fail "no name after a restart"
same "$(in_guest web shop.vm)" "$web" "in the guest after a restart"

step "stopped, started, deleted"
banger vm stop web
same "$(rcode web.vm)" NOERROR "a stopped VM's name exists"
same "$(host_dig web.vm)" "" "a stopped VM has no address"
same "$(rules)" "$(cat "$root/rules-before")" "rules when nothing runs"
banger vm start web
same "$(host_dig web.vm)" "$web" "after the start"
banger vm delete --force web
same "$(rcode web.vm)" NXDOMAIN "a deleted VM"
same "$(rcode -x "$web")" NXDOMAIN "its address"
same "$(rules)" "$(cat "$root/rules-before")" "rules at the end"
if [ $with_resolved = yes ]; then
    same "$(tail -n 1 "$root/usr-bin/told")" "revert banger" "the last word to resolved"
fi
kill $world
wait 2>/dev/null || true
