#!/usr/bin/env bash
# Duplicate and invalid names, unknown images, sizes beyond the host: refused with the reason, nothing made.
. "$(dirname "$0")/../lib.sh"

step "names"
for name in 'A' '-a' 'a_b' 'a b' 'a.b' '../a' "$(printf 'a%.0s' {1..64})" ''; do
    must_fail 'name' banger vm create --name "$name"
done
step "images, sizes, words"
must_fail "image.*'?nosuch" banger vm create --name a --image nosuch
must_fail 'memory|RAM' banger vm create --name a --memory 9000G
must_fail 'memory' banger vm create --name a --memory 1M
must_fail 'memory' banger vm create --name a --memory lots
must_fail 'vcpu' banger vm create --name a --vcpu 0
must_fail 'vcpu' banger vm create --name a --vcpu 5000
must_fail 'disk' banger vm create --name a --disk 1
must_fail 'disk.mode|overlay' banger vm create --name a --disk-mode magic
must_fail 'memory.*out of range' banger vm create --name a --memory 0
refused_at_once() { # [-s STATUS] PATTERN COMMAND...: status 2, and no operation was begun
    local before status=0 wanted=2 pattern
    if [ "$1" = -s ]; then
        wanted=$2
        shift 2
    fi
    pattern=$1
    shift
    before=$(banger op ls --json | jq length)
    said=$("$@" 2>&1) || status=$?
    same "$status" "$wanted" "status of $*: $said"
    grep -qE "$pattern" <<<"$said" || fail "$*: nothing matches /$pattern/ in: $said"
    same "$(banger op ls --json | jq length)" "$before" "operations after $*"
}
for vmm in $(banger daemon status --json | jq -r '.vmm.candidates[] | select(.usable | not).name'); do
    refused_at_once -s 1 "$vmm cannot be used: ." banger vm create --name a --vmm "$vmm"
done
refused_at_once 'plugin nat, options: --publish' banger vm create --name a --publish nonsense
refused_at_once 'same port' banger vm create --name a --publish 80:80 --publish 80:81
refused_at_once 'plugin nat, options: --egress' banger vm create --name a --egress bogus
must_fail 'vmm|qemu' banger vm create --name a --vmm nosuch
must_fail 'timeout' banger vm create --name a --timeout never
expect_vms
[ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "a refused create left $(ls "$data/vms")"

step "a duplicate, while the first is being made and when it runs"
banger vm create --name testbox --detach
must_fail "testbox.*(exists|taken)" banger vm create --name testbox
banger vm wait testbox --for ready --timeout 100s
must_fail "testbox.*(exists|taken)" banger vm create --name testbox
expect_vms testbox
expect_state testbox running

step "unknown VMs"
must_fail "no VM named 'tetsbox'.*did you mean 'testbox'" banger vm show tetsbox
for verb in start stop restart kill; do must_fail "no VM named 'nosuch'" banger vm $verb nosuch; done
must_fail "no VM named 'nosuch'" banger vm delete --yes nosuch
must_fail "no VM named 'nosuch'" banger vm exec nosuch -- true
must_fail "no VM named 'nosuch'" banger vm set nosuch --vcpu 2
must_fail 'vcpu' banger vm set testbox --vcpu 0
bad_options() {
    local option
    for option in '--publish foo' '--dns-alias a..b' '--egress bogus'; do
        # shellcheck disable=SC2086
        must_fail 'plugin (nat|dns)' banger vm set testbox $option
    done
}
bad_options
must_fail 'memory|RAM' banger vm set testbox --memory 9000G
must_fail 'no operation' banger op show nosuch
must_fail "no image named 'nosuch'" banger image show nosuch
expect_state testbox running

step "options of a VM that is stopped"
banger vm kill testbox
before=$(field testbox options)
bad_options
same "$(field testbox options)" "$before" "its options"
