#!/usr/bin/env bash
# A bad config.yaml: the daemon does not start, and the CLI says the line, the key and the nearest name.
. "$(dirname "$0")/../lib.sh"

printf 'network:\n  brigde: banger\nvm:\n  vcpus: many\n' >"$config"
must_fail 'config.yaml:2.*brigde' banger config check
grep -q 'bridge' <<<"$said" || fail "no nearest name: $said"
grep -q 'config.yaml:4' <<<"$said" || fail "only the first error is told: $said"
must_fail 'config.yaml:2.*brigde' banger vm ls
rm "$config"
banger config check
expect_vms
