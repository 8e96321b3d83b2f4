#!/usr/bin/env bash
# The file system with the VM disks fills up while a VM is made or while it runs.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$data"
mount -t tmpfs -o size=1200k tmpfs "$data"
step "no room at all"
must_fail 'no space|disk full|space left' banger vm create --name a
expect_vms
[ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "left: $(find "$data/vms")"

step "the same name after room was made"
mount -o remount,size=400m "$data"
banger vm create --name a
same "$(banger vm exec a -- echo ok)" ok "a VM after the full disk"

step "full while it runs: the daemon answers, and the VM can be ended and started again"
head -c 500m /dev/zero >"$data/filler" 2>/dev/null || true
timeout 15 banger vm exec a -- sh -c 'head -c 20m /dev/urandom > /root/big; sync' >/dev/null 2>&1 || true
banger vm ls >/dev/null || fail "vm ls needs space"
banger vm show a >/dev/null || fail "vm show needs space"
rm "$data/filler"
banger vm stop a --timeout 5s
banger vm start a
same "$(banger vm exec a -- echo again)" again "the VM after the full disk"
banger vm delete --force a
banger daemon stop
umount "$data"
