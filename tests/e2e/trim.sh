#!/usr/bin/env bash
# Room that comes back: what a guest deletes leaves the files of its disks, by itself or by `vm trim`.
. "$(dirname "$0")/lib.sh"

taken() { stat -c '%b %B' "$(field "$1" paths.dir)/$2" | awk '{ print int($1 * $2 / 1048576) }'; } # MiB
least() { [ "$(taken "$1" "$2")" -ge "$3" ]; }
most() { [ "$(taken "$1" "$2")" -le "$3" ]; }
fill() { banger vm exec "$1" -- bash -euc 'for at in /opt /root; do head -c 150M /dev/urandom >$at/big; done; sync'; }
empty() { banger vm exec "$1" -- bash -euc 'rm /opt/big /root/big; sync'; }

if ! on_qemu "its disks take nothing back"; then
    banger vm create --name a
    must_fail 'firecracker, whose disks take nothing back' banger vm trim a
    exit 0
fi

step "by itself"
banger vm create --name a
fill a
for disk in overlay work; do
    least a $disk.ext4 150 || fail "$disk has $(taken a $disk.ext4) MiB of what was written"
done
empty a
for disk in overlay work; do
    within 90 most a $disk.ext4 100 || fail "$disk has $(taken a $disk.ext4) MiB yet"
done

step "when it is asked for"
banger vm exec a -- mount -o remount,nodiscard /root # else it goes by itself before
fill a
empty a
sleep 10
least a work.ext4 150 || fail "work has only $(taken a work.ext4) MiB"
banger vm trim a >"$root/out" || fail "vm trim: $(cat "$root/out")"
grep -q '^a trimmed.*went back to this machine' "$root/out" || fail "it says: $(cat "$root/out")"
most a work.ext4 100 || fail "work has $(taken a work.ext4) MiB after the trim"
same "$(banger vm exec a -- bash -c 'mount | grep -c " /mnt "' || true)" 0 "what is left mounted"
banger vm stop a
must_fail 'is stopped' banger vm trim a

step "with a limit nothing goes by itself"
banger vm set a --disk-bandwidth 500M
banger vm start a
same "$(banger vm exec a -- bash -c 'grep " /root " /proc/mounts | grep -cw discard' || true)" 0 "mounts with discard"
fill a
empty a
sleep 10
least a work.ext4 150 || fail "work has only $(taken a work.ext4) MiB"
banger vm trim a >"$root/out" || fail "vm trim: $(cat "$root/out")"
grep -q 'went back to this machine' "$root/out" || fail "it says: $(cat "$root/out")"
for disk in overlay work; do
    most a $disk.ext4 100 || fail "$disk has $(taken a $disk.ext4) MiB after the trim"
done
banger vm delete --force a
