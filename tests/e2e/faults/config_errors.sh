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
rm "$config"
banger config check
expect_vms
