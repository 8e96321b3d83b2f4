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
mount -o remount,size=480m "$data" # an image, and what a VM writes
banger vm create --name a
same "$(banger vm exec a -- echo ok)" ok "a VM after the full disk"

fill() { head -c 500m /dev/zero >"$data/filler" 2>/dev/null || true; }
fills=0
fill_the_guest() {
    fills=$((fills + 1)) # each time another file: this machine has the blocks of the last one already
    fill
    truncate -s -8m "$data/filler"
    banger vm exec a -- sh -c "setsid sh -c 'head -c 20m /dev/urandom >/root/big$fills; sync; touch /root/done' >/dev/null 2>&1 &"
    within 30 state_is a paused || fail "its state: $(field a state)"
}

step "full while it runs: it is paused, is told, and goes on when there is room"
fill_the_guest
banger vm ls
grep -q 'no space left on the disk of' <<<"$(banger vm show a)" || fail "vm show: $(banger vm show a)"
must_fail 'VM a is paused: no space left' banger vm exec a -- true
must_fail 'VM a is paused' banger vm start a
banger daemon stop
banger daemon start
state_is a paused || fail "after a restart of the daemon: $(field a state)"
rm "$data/filler"
within 30 state_is a running || fail "it does not go on: $(field a state)"
within 30 banger vm exec a -- test -e /root/done || fail "its write did not go on"
same "$(banger vm exec a -- sh -c 'wc -c </root/big1')" $((20 * 1024 * 1024)) "what it wrote"

step "full while it runs: it can be ended and started again"
fill_the_guest
rm "$data/filler"
banger vm stop a --timeout 30s
banger vm start a
same "$(banger vm exec a -- echo again)" again "the VM after the full disk"

step "full while it runs: it can be stopped on the full disk, and the next daemon starts"
fill_the_guest
banger vm stop a
same "$(field a state)" stopped "after the stop on a full disk"
kill_daemon
expect_vms a
same "$(field a state)" stopped "what the next daemon says"
rm "$data/filler"
banger vm start a

step "full while it starts: that is said at once, and it starts when there is room"
banger vm exec a -- sh -c 'mkdir /etc/systemd/system/ssh.service.d && cat >/etc/systemd/system/ssh.service.d/eat.conf' <<'END'
[Service]
ExecStartPre=/bin/sh -c 'head -c 30m /dev/urandom >/eaten && sync'
END
banger vm stop a
fill
truncate -s -1m "$data/filler"
must_fail 'VM a is paused: no space left' timeout 90 banger vm start a
same "$(field a state)" stopped "after the start that found no room"
same "$(field a 'warnings | length')" 0 "warnings of what is over"
rm "$data/filler"
banger vm start a

step "a VM can be deleted, and gives its room, while the disk is full"
fill
banger vm delete --force a
expect_vms
banger daemon stop
umount "$data"
