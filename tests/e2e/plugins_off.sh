#!/usr/bin/env bash
# Plugins switched off below a running VM, by a daemon that follows one that was killed: what they made goes, the VM
# goes on, nobody inherits anything; switched on again, all is back. One of them is somebody else's (saboteur).
. "$(dirname "$0")/lib.sh"

for program in nft dig; do command -v $program >/dev/null || skip "no $program (scripts/deps.sh)"; done
plugins=$BANGER_BUILD_DIR/tests/plugins
[ -f "$plugins/saboteur.so" ] || skip "the saboteur plugin is not built"
held=$root/held
mkdir "$held"
nft list ruleset >"$root/rules-before"
cat /proc/sys/net/ipv4/ip_forward >"$root/forward-before"

configure() {
    local plugin on=false
    cp "$root/default-config" "$config"
    printf 'plugins:\n  path: [%s]\n  entries:\n' "$plugins" >>"$config"
    for plugin in nat dns tap-pool vsock; do
        [[ " $* " == *" $plugin "* ]] || printf '    %s: {enabled: false}\n' $plugin >>"$config"
    done
    [[ " $* " != *" saboteur "* ]] || on=true
    printf '    saboteur: {enabled: %s, config: {dir: %s}}\n' $on "$held" >>"$config"
}
only() { # only PLUGIN...: the next daemon has none but these
    kill_daemon
    configure "$@"
    banger vm ls >/dev/null
}
rules_have() { grep -q "$1" <<<"$(nft list tables)"; }
no_rules() { ! rules_have "$1"; }
doctor_says() { # doctor_says PATTERN: it may find something bad besides
    banger doctor --json >"$root/doctor" || true
    jq -e --arg p "$1" 'any(.checks[]; .title | test($p))' "$root/doctor" >/dev/null || fail "doctor: $(cat "$root/doctor")"
}
answers() { [[ $(socat -T 5 "TCP:$1,connect-timeout=5" STDOUT </dev/null 2>/dev/null) == SSH-* ]]; }

heard() { banger vm show web --json | jq -e '.guest.state' >/dev/null; }
not_heard() { ! heard; }
held_files() { find "$held" -name 'made-*' -o -name 'held-*' | wc -l; }

step "a VM with NAT and a published port"
configure nat dns tap-pool vsock saboteur
banger vm create --name web --publish 2222:22
pid=$(field web pid) address=$(field web ip)
answers 127.0.0.1:2222 || fail "the port does not answer"
rules_have 'inet banger_' && rules_have 'inet bangerdns_' || fail "no rules: $(nft list tables)"

same "$(held_files)" 2 "files of saboteur"

step "nat and dns are switched off"
only tap-pool vsock saboteur
within 10 no_rules 'inet banger_' || fail "the table of nat stays: $(nft list tables)"
within 10 no_rules 'inet bangerdns_' || fail "the table of dns stays: $(nft list tables)"
same "$(cat /proc/sys/net/ipv4/ip_forward)" "$(cat "$root/forward-before")" "forwarding"
answers 127.0.0.1:2222 && fail "the port still leads to web"
same "$(banger vm exec web -- echo on)" on "the VM went on"
same "$(field web pid)" "$pid" "process of web"
doctor_says '^plugin nat is off$'
doctor_says '^plugin dns is off$'
banger doctor --leaks || fail "something is left"
same "$(banger plugin ls --json | jq -r '.[] | select(.id == "nat") | .state')" disabled "state of nat"

step "vsock and the plugin of somebody else are switched off as well"
within 30 heard || fail "vsock does not hear the guest: $(field web guest)"
only tap-pool
within 10 not_heard || fail "told of the guest without vsock: $(field web guest)"
same "$(banger vm exec web -- echo on)" on "the VM without vsock"
same "$(field web pid)" "$pid" "process of web"
doctor_says '^plugin vsock is off$'
doctor_says '^plugin saboteur is off$'
doctor_says '^a plugin that is not loaded held something$'
same "$(held_files)" 2 "files of saboteur while it is off"

step "on again: back, and the VM goes on"
only tap-pool nat dns vsock saboteur
within 30 heard || fail "vsock does not hear the guest again: $(field web guest)"
within 10 rules_have 'inet banger_' || fail "no table of nat: $(nft list tables)"
within 10 rules_have 'inet bangerdns_' || fail "no table of dns: $(nft list tables)"
within 10 answers 127.0.0.1:2222 || fail "the port does not answer again"
port=$(banger x dns status --json | jq -r '.. | .port? // empty' | head -1)
same "$(dig +short +time=2 @127.0.0.1 -p "$port" web.vm)" "$address" "web.vm"
same "$(field web pid)" "$pid" "process of web"

step "tap-pool is switched off: a running VM keeps what it needs"
only
within 10 no_rules 'inet banger_' || fail "the table of nat stays: $(nft list tables)"
one_tap() { [ "$(taps | wc -w)" = 1 ]; }
within 10 one_tap || fail "taps while web runs: $(taps)"
same "$(banger vm exec web -- echo on)" on "the VM without any plugin"
doctor_says '^plugin tap-pool is off$'
must_fail "network" banger vm create --name other
banger vm stop web
within 10 sh -c '[ -z "$(ls /sys/class/net | grep -v ^lo)" ]' || fail "left: $(ls /sys/class/net)"
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules without any plugin"

step "on again, it starts as before"
only tap-pool nat dns vsock saboteur
banger vm start web
within 10 answers 127.0.0.1:2222 || fail "the port does not answer in the end"
same "$(field web ip)" "$address" "address of web"

step "another bridge: the one of before does not stand in the way"
banger vm stop web
kill_daemon
ip link show banger >/dev/null || fail "no bridge of before"
configure nat dns tap-pool vsock saboteur
printf 'network:\n  bridge: banger-2\n' >>"$config"
banger vm start web
ip link show banger >/dev/null 2>&1 && fail "the bridge of before stays"
same "$(banger vm exec web -- echo on)" on "the VM on the other bridge"
banger vm delete --force web
same "$(held_files)" 0 "files of saboteur at the end"
banger daemon stop
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules at the end"
same "$(cat /proc/sys/net/ipv4/ip_forward)" "$(cat "$root/forward-before")" "forwarding at the end"
