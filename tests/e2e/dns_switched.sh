#!/usr/bin/env bash
# The DNS switched off and on below a running VM, with NetworkManager's dnsmasq as the resolver of this machine.
. "$(dirname "$0")/lib.sh"

for program in dig nft; do command -v $program >/dev/null || skip "no $program (scripts/deps.sh)"; done
nft list ruleset >"$root/rules-before"

step "NetworkManager with dnsmasq, as far as it is looked at"
mkdir "$root/layers"
mount -t tmpfs tmpfs "$root/layers"
for folder in usr/bin etc; do
    mkdir -p "$root/layers/$folder/upper" "$root/layers/$folder/work"
    mount -t overlay -o "lowerdir=/$folder,upperdir=$root/layers/$folder/upper,workdir=$root/layers/$folder/work" \
        overlay "/$folder" 2>/dev/null || skip "no overlay mount over /$folder here"
done
rm -f /usr/bin/resolvectl
cat >/usr/bin/nmcli <<TEXT
#!/bin/sh
echo "\$*" >>"$root/layers/told"
TEXT
chmod 755 /usr/bin/nmcli
mkdir -p /etc/NetworkManager/dnsmasq.d
printf '[main]\ndns=dnsmasq\n' >/etc/NetworkManager/NetworkManager.conf
mount -t tmpfs tmpfs /run && mkdir /run/NetworkManager
awk '{ print $5 }' /proc/self/mountinfo | sort >"$root/mounts"
redirected() { grep -qF bangerdns_ <<<"$(nft list ruleset)"; }
port() { banger x dns status --json | jq -r '.. | .port? // empty' | head -1; }

step "a VM runs: dnsmasq is told"
banger vm create --name web
web=$(field web ip) pid=$(field web pid)
folder=/etc/NetworkManager/dnsmasq.d
within 20 sh -c "ls $folder | grep -qx 'banger-$(id -u)_[0-9a-z]*.conf'" || fail "$folder: $(ls $folder)"
file=$folder/$(ls $folder)
within 20 grep -qsx "server=/vm/127.0.0.1#$(port)" "$file" || fail "$file: $(cat "$file")"
same "$(cat "$root/layers/told")" "general reload dns-full" "what nmcli was told"
banger doctor --json >"$root/doctor" || true
grep -q "this machine asks us for .vm" "$root/doctor" || fail "doctor: $(cat "$root/doctor")"
banger x dns ls | grep -q "web.vm" || fail "ls: $(banger x dns ls)"

step "the daemon stops and starts"
banger daemon stop
[ ! -e "$file" ] || fail "the file stayed"
redirected && fail "the redirect stayed"
banger vm ls >/dev/null
within 10 test -e "$file" || fail "no file after the start"
redirected || fail "no redirect after the start"

step "the plugin is switched off, and on again"
banger daemon stop
printf 'plugins:\n  entries:\n    dns: {enabled: false}\n' >>"$config"
banger vm ls >/dev/null
redirected && fail "a redirect without the plugin"
banger x dns ls 2>/dev/null && fail "an action of a plugin that is off"
banger daemon stop
cp "$root/default-config" "$config"
banger vm ls >/dev/null
within 10 redirected || fail "no redirect"
within 10 sh -c "dig +short +time=1 +tries=1 @127.0.0.1 -p $(port) web.vm | grep -qx $web" || fail "no name"
same "$(field web pid)" "$pid" "the VM went on"

step "another program has the port"
banger daemon stop
socat UDP-LISTEN:5390,bind=127.0.0.1,fork STDOUT >/dev/null &
other=$!
banger vm ls >/dev/null
[ "$(port)" != 5390 ] || fail "the same port"
within 10 sh -c "dig +short +time=1 +tries=1 @127.0.0.1 -p $(port) web.vm | grep -qx $web" || fail "no name at the other port"
within 10 grep -qsx "server=/vm/127.0.0.1#$(port)" "$file" || fail "$file: $(cat "$file")"
banger vm exec web -- getent ahostsv4 host | grep -q "${web%.*}.1" || fail "the guest does not reach the other port"
kill $other

step "the host as it was"
banger vm delete --force web
[ ! -e "$file" ] || fail "the file stayed"
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules at the end"
wait 2>/dev/null || true
