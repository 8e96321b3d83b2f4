#!/usr/bin/env bash
# A bad config.yaml: the daemon does not start, and the CLI says the line, the key and the nearest name.
. "$(dirname "$0")/../lib.sh"

printf 'network:\n  brigde: banger\nvm:\n  vcpus: many\n' >"$config"
must_fail 'config.yaml:2.*brigde' banger config check
grep -q 'bridge' <<<"$said" || fail "no nearest name: $said"
grep -q 'config.yaml:4' <<<"$said" || fail "only the first error is told: $said"
must_fail 'config.yaml:2.*brigde' banger vm ls
printf 'plugins:\n  entries:\n    nta: {}\n    nat: {config: {defualt: false}}\n' >"$config"
must_fail 'no plugin .nta.*nat' banger config check
grep -q 'defualt' <<<"$said" || fail "a plugin's key is not checked: $said"
printf 'vm:\n\tmemory: 1G\n' >"$config"
must_fail 'config.yaml:2.*tabs' banger config check

step "what only a plugin, or this machine, knows"
printf 'plugins:\n  entries:\n    dns:\n      config: {port: 80}\nfirecracker: {binary: /nosuch/firecracker}\nvm: {vmm: firecracker}\n' >"$config"
must_fail 'config.yaml:4:[0-9]+: plugins.entries.dns.config: port: .*not 80' banger config check
grep -q 'config.yaml:5:[0-9]*: firecracker.binary: .*/nosuch/firecracker does not exist.*set firecracker.binary: auto in ' <<<"$said" ||
    fail "a Firecracker that is not there is good: $said"
grep -q '2 errors' <<<"$said" || fail "no count: $said"
ip link add office type bridge
ip addr add 172.30.77.7/24 dev office
ip link set office up
printf 'network: {subnet: 172.30.77.0/24}\n' >"$config"
must_fail 'config.yaml:1:19: network.subnet: .*office; set network.subnet: (10|172|192)' banger config check
ip link del office
[ ! -e "$XDG_STATE_HOME/banger/plugins" ] || fail "a check made $(find "$XDG_STATE_HOME/banger/plugins")"

step "with a file that keeps the daemon from starting: doctor and config show"
printf 'network:\n  brigde: banger\nvm:\n  vcpus: 3\nqemu:\n  binary: /nosuch/qemu\n' >"$config"
must_fail 'did not start' banger doctor
grep -q 'config.yaml:2:3: network.brigde' <<<"$said" || fail "doctor does not name the line: $said"
grep -q 'set qemu.binary: qemu-system-x86_64 in' <<<"$said" || fail "doctor leaves out the rest: $said"
grep -q 'runtime bundle is complete' <<<"$said" || fail "doctor leaves out what is good: $said"
[ "$(banger doctor --json | jq '[.checks[] | select(.id == "config")] | length')" = 1 ] || fail "doctor --json"
must_fail 'config.yaml:2:3: network.brigde' banger config show
grep -q 'vcpus: 3  # file' <<<"$said" || fail "config show leaves out what is right: $said"
printf 'vm: {vcpus: many}\n' >"$config"
must_fail 'config.yaml:1:13: vm.vcpus' banger config show
grep -q 'memory: 512M  # default' <<<"$said" || fail "config show leaves out the built-in values: $said"

rm "$config"
banger config check
banger config show | grep -q 'vcpus: 1  # default' || fail "no built-in values are shown"
[ -z "$(daemon_pid)" ] || fail "a daemon was started to show the configuration"
expect_vms
