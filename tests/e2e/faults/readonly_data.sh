#!/usr/bin/env bash
# A data folder that cannot be written: said in plain words, at start and while running.
. "$(dirname "$0")/../lib.sh"

step "read-only from the start"
mkdir -p "$data"
mount -t tmpfs tmpfs "$data"
mount -o remount,ro "$data"
must_fail 'read.only' banger vm create --name a
grep -qF "$data" <<<"$said" || fail "the folder is not named: $said"
banger daemon stop >/dev/null 2>&1 || true

step "read-only while the daemon runs"
mount -o remount,rw "$data"
expect_vms
mount -o remount,ro "$data" 2>/dev/null || skip_rest=yes
if [ -z "${skip_rest:-}" ]; then
    must_fail 'read.only' banger vm create --name a
    expect_vms
    mount -o remount,rw "$data"
fi
step "writable again"
banger vm create --name a
banger vm delete --force a
banger daemon stop
umount "$data"
