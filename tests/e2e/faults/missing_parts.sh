#!/usr/bin/env bash
# No kernel, no VMM binary, no bundle: each says what is missing and what brings it.
. "$(dirname "$0")/../lib.sh"

nothing_made() {
    expect_vms
    [ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "left: $(find "$data/vms")"
    same "$(vmm_pids)" "" VMMs # a spare tap of the pool may stay until the daemon ends
}
bundle=$BANGER_RUNTIME_DIR

step "no kernel"
bundle_copy "$root/no-kernel"
rm "$root"/no-kernel/vmlinu*
export BANGER_RUNTIME_DIR=$root/no-kernel
must_fail 'vmlinu.*' banger vm create --name a
grep -q 'runtime-bundle' <<<"$said" || fail "no hint: $said"
must_fail 'kernel|vmlinu' banger doctor
nothing_made
banger daemon stop

step "no bundle"
mkdir "$root/empty"
export BANGER_RUNTIME_DIR=$root/empty
must_fail 'bundle' banger vm create --name a
nothing_made
banger daemon stop

export BANGER_RUNTIME_DIR=$bundle
if on_qemu "no, or a broken, qemu.binary"; then
    step "no VMM binary"
    { cat "$root/default-config" && printf 'qemu:\n  binary: %s/nosuch/qemu-system-x86_64\n' "$root"; } >"$config"
    must_fail 'nosuch/qemu-system-x86_64' banger vm create --name a
    must_fail 'qemu' banger doctor
    nothing_made
    banger daemon stop

    step "a VMM binary that is no VMM"
    printf '#!/bin/sh\necho broken >&2\nexit 3\n' >"$root/fake" && chmod +x "$root/fake"
    { cat "$root/default-config" && printf 'qemu:\n  binary: %s/fake\n' "$root"; } >"$config"
    must_fail 'fake' banger vm create --name a
    nothing_made
    banger daemon stop
fi

step "no plugin for the network: refused at once, unless that is wanted"
{ cat "$root/default-config" && printf 'plugins:\n  entries:\n    tap-pool: {enabled: false}\n    dns: {enabled: false}\n'; } >"$config"
must_fail 'network.*tap-pool: switched off' banger vm create --name a
grep -q 'network.required' <<<"$said" || fail "no next step: $said"
nothing_made
banger daemon stop
printf 'network:\n  required: false\n' >>"$config"
banger vm create --name a >"$root/out" 2>&1
grep -q 'no plugin gave this VM a network' "$root/out" || fail "no warning: $(cat "$root/out")"
banger vm delete --force a
banger daemon stop

step "all back: the same name works"
cp "$root/default-config" "$config"
banger vm create --name a
