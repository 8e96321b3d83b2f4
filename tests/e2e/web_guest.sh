#!/usr/bin/env bash
# The web console from inside of a VM whose root tries: no address of the host, and no way to its loopback, has it.
. "$(dirname "$0")/lib.sh"
[ -f "$BANGER_BUILD_DIR/plugins/web.so" ] || skip "the web plugin is not built"
for program in curl socat ss; do command -v $program >/dev/null || skip "$program is needed (scripts/deps.sh)"; done

make_world 'echo hello'
banger vm create --name inside --nat
url=$(banger web --json | jq -r '.open | sub("/$"; "")')
port=${url##*:}

step "on this machine it is on loopback alone"
same "$(curl -sS "$url/healthz")" ok "the console here"
same "$(ss -Htln "sport = :$port" | awk '{ print $4 }')" "127.0.0.1:$port" "where it listens"

# What listens on every address is reached: that the console is not is no matter of the way there.
other=$((port + 1000))
socat "TCP-LISTEN:$other,fork,reuseaddr" SYSTEM:'echo heard' &
servers="$servers $!"
gateway=$(field inside ip) && gateway=${gateway%.*}.1
in_guest() { banger vm exec inside -- "$@"; }
hears() { [ "$(in_guest timeout 5 bash -c "cat <>/dev/tcp/$1/$2")" = "$3" ]; }
within 20 hears "$gateway" $other heard || fail "the guest does not reach this machine at all"
# connects ADDRESS: a connection to the console's port is made, whatever is said on it
connects() { in_guest timeout 4 bash -c "exec 3<>/dev/tcp/$1/$port" 2>/dev/null; }
refused() { ! connects "$1" || fail "a guest has a connection to the console by $1"; }

step "by each address of this machine, and where user-mode networks have their host"
addresses=$(ip -4 -j addr | jq -r '.[].addr_info[].local' | grep -v '^127')
grep -qxF "$gateway" <<<"$addresses" && grep -qxF 203.0.113.1 <<<"$addresses" || fail "addresses: $addresses"
for address in $addresses 10.0.2.2 10.0.2.3 169.254.1.1 192.168.127.254; do refused "$address"; done

step "by the host's loopback, routed to it"
in_guest bash -c "sysctl -qw net.ipv4.conf.eth0.route_localnet=1 net.ipv4.conf.all.route_localnet=1 &&
    ip route del local 127.0.0.0/8 table local; ip addr del 127.0.0.1/8 dev lo; ip route replace 127.0.0.0/8 via $gateway dev eth0"
in_guest ip route get 127.0.0.1 | grep -q "via $gateway" || fail "the guest does not send it: $(in_guest ip route get 127.0.0.1)"
refused 127.0.0.1
refused 127.0.0.53

step "by a name of its own for the host"
in_guest bash -c "echo $gateway banger.localhost localhost >>/etc/hosts"
refused "$gateway"
same "$(curl -sS "$url/healthz")" ok "the console here, still"
# shellcheck disable=SC2086
kill $servers
