#!/usr/bin/env bash
# NAT to the real world: apt-get in a guest reads the registry that this machine's apt uses, until --no-nat.
[ -n "${BANGER_E2E_INSIDE:-}" ] || exec 9</proc/self/ns/net # where slirp4netns has to be: outside of the case's
. "$(dirname "$0")/lib.sh"

. "$(dirname "$0")/registry_beyond.sh"

step "a guest with that registry"
banger vm create --name a
address=$(field a ip)
mkdir "$root/keys"
cp /usr/share/keyrings/*-archive-keyring.gpg "$root/keys/"
banger vm cp "$root/keys" a:/root/
banger vm cp "$root/apt.conf" a:/etc/apt/apt.conf.d/99host
# Buffers: what the guest has got when it is cut off must not feed a slow reader for long.
banger vm exec a -- bash -s <<TEXT
set -e
cp /root/keys/* /etc/apt/trusted.gpg.d/
rm -f /etc/apt/sources.list.d/*
echo 'deb $uri $suite $component' >/etc/apt/sources.list
echo 'APT::Update::Error-Mode "any"; Acquire::Languages "none"; Acquire::Retries "0";' >/etc/apt/apt.conf.d/99case
echo '4096 16384 32768' >/proc/sys/net/ipv4/tcp_rmem
TEXT
update() { banger vm exec a -- apt-get -q update; }

step "apt-get update in it"
# The registry, or apt, may stumble once; a NAT that does not work fails twice.
update || update || fail "a guest with NAT does not read $uri"

step "taken away while it downloads"
big=$(banger vm exec a -- bash -c \
    "apt-get indextargets --format '\$(META_KEY) \$(URI)' 'Created-By: Packages' | head -n 1 | cut -d' ' -f2")
# download: slowly, then the time by the guest's clock
banger vm exec a -- bash -c "for as in xz gz; do
    /usr/lib/apt/apt-helper -o Acquire::http::Dl-Limit=64 -o Acquire::https::Dl-Limit=64 download-file $big.\$as /tmp/got
    status=\$?; [ \$status != 0 ] && [ ! -s /tmp/got ] || break
    done; date +%s%3N >/tmp/ended; echo \$status >/tmp/status" >"$root/download" 2>&1 &
download=$!
got() { banger vm exec a -- bash -c 'stat -c %s /tmp/got 2>/dev/null || echo 0'; }
some() { [ "$(got)" -gt 0 ]; }
within 30 some || fail "no download began: $(cat "$root/download")"
before=$(got)
sleep 2
[ "$(got)" -gt "$before" ] || fail "the download stands still: $(cat "$root/download")"
ms() { date +%s%3N; }
begin=$(banger vm exec a -- date +%s%3N)
spent=$(ms)
banger vm set --no-nat a
spent=$(($(ms) - spent))
wait $download
took=$(($(banger vm exec a -- cat /tmp/ended) - begin - spent))
same "$(banger vm exec a -- cat /tmp/status | sed 's/[1-9].*/failed/')" failed "status of the download"
[ $took -lt 2000 ] || fail "the download ended only $took ms after --no-nat"
echo "the download ended $took ms after --no-nat"

step "without NAT"
# The guard of the bridge knows every VM that runs.
id=$(field a id) mac=$(field a mac) tap=$(banger vm show a --host --json | jq -r '.[] | select(.kind == "tap").name')
of_vm() {
    nft list ruleset | awk '/^table bridge bangerguard_/ { skip = 1 } !skip; /^}/ { skip = 0 }' |
        grep -F -e "$address" -e "$mac" -e "$id" -e "$tap"
}
of_vm && fail "rules of a VM without NAT: $(nft list ruleset)"
must_fail 'failed to fetch|unable to connect|could not connect' update

step "back on"
banger vm set --nat a
update || fail "a guest with NAT again does not read $uri"
of_vm >/dev/null || fail "no rule of a VM with NAT"

step "the host as it was"
banger vm delete --force a
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules at the end"
same "$(cat /proc/sys/net/ipv4/ip_forward)" "$(cat "$root/forward-before")" "ip_forward at the end"
end_beyond
