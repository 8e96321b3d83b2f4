# The world beyond this machine for a case, by slirp4netns, with the registry that this machine's apt uses; sourced after
# lib.sh by cases whose first line keeps the machine's network as descriptor 9. Sets uri, suite and component, and leaves
# $root/apt.conf (how apt is to ask) and, of before, $root/rules-before and $root/forward-before.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # of lib.sh; for the case

for program in nft slirp4netns apt-get jq; do
    command -v $program >/dev/null || skip "$program is needed (scripts/deps.sh)"
done

# --- the registry: how this machine's apt is configured, as apt itself says it ------------------------------------

# A cache on this machine's own loopback is at 10.0.2.2 behind slirp4netns.
behind_slirp() { sed -E 's#//((127\.[0-9.]+|localhost)([:/"]|$))#//10.0.2.2\3#'; }
repository=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    grep '^http' | head -n 1 | behind_slirp || true)
[ -n "$repository" ] || skip "this machine's apt has no registry with http (or no lists yet: apt-get update)"
read -r uri suite component <<<"$repository"
apt-config dump --format '%f "%v";%n' Acquire::http Acquire::https Acquire::Check-Valid-Until Acquire::Check-Date |
    behind_slirp >"$root/apt.conf"
# shellcheck disable=SC2154
for scheme in http https; do
    proxy=${scheme}_proxy
    [ -z "${!proxy:-}" ] || printf 'Acquire::%s::Proxy "%s";\n' $scheme "${!proxy}" | behind_slirp >>"$root/apt.conf"
done
unset http_proxy https_proxy

step "a way to the world beyond, with $uri $suite"
nft list ruleset >"$root/rules-before"
cat /proc/sys/net/ipv4/ip_forward >"$root/forward-before"
nsenter --net=/proc/self/fd/9 true 2>/dev/null || skip "the machine's network is out of reach for this user"
nsenter --net=/proc/self/fd/9 slirp4netns --configure --mtu=65520 --netns-type=path /proc/$$/ns/net tap0 \
    >"$root/slirp" 2>&1 &
slirp=$!
within 10 ip route get 10.0.2.3 || fail "slirp4netns gives no network: $(cat "$root/slirp")"
echo 'nameserver 10.0.2.3' >"$root/resolv.conf"
read_registry() {
    "$@" env APT_CONFIG="$root/apt.conf" /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=2 \
        download-file "${uri}dists/$suite/InRelease" "$root/InRelease"
}
outside() { nsenter --net=/proc/self/fd/9 "$@"; }
read_registry outside >"$root/direct" 2>&1 || skip "this machine cannot read its registry: $(tail -n 1 "$root/direct")"
mount --bind "$root/resolv.conf" /etc/resolv.conf
rm "$root/InRelease"
read_registry env >"$root/direct" 2>&1 || fail "not through slirp4netns: $(tail -n 3 "$root/direct")"
exec 9<&-

end_beyond() {
    kill $slirp
    wait 2>/dev/null || true
    umount /etc/resolv.conf
}
