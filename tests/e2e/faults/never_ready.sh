#!/usr/bin/env bash
# Guests that never get to SSH: no init, no SSH server, a kernel that is none. The create ends with the stage,
# the cause and the console's last lines, and leaves nothing.
. "$(dirname "$0")/../lib.sh"

nothing_made() {
    expect_vms
    [ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "left: $(find "$data/vms")"
    same "$(vmm_pids)" "" VMMs
}
rootfs=$BANGER_RUNTIME_DIR/$(jq -r .rootfs.path "$BANGER_RUNTIME_DIR/bundle.json")

step "a root file system without an init"
truncate -s 32M "$root/empty.ext4"
mkfs.ext4 -q -L bgr-base "$root/empty.ext4"
banger image register noinit --rootfs "$root/empty.ext4"
must_fail 'init' banger vm create --name a --image noinit --timeout 60s
nothing_made

step "no SSH server: the timeout"
cp --sparse=always --reflink=auto "$rootfs" "$root/nossh.ext4"
debugfs -w -R 'rm /usr/sbin/sshd' "$root/nossh.ext4" 2>/dev/null
banger image register nossh --rootfs "$root/nossh.ext4"
before=$(elapsed)
must_fail 'ssh' banger vm create --name a --image nossh --timeout 20s
awk -v b="$before" -v a="$(elapsed)" 'BEGIN { exit !(a - b < 45) }' || fail "--timeout 20s took $(elapsed) - $before s"
grep -qE '20( |\.0 )?s' <<<"$said" || fail "the limit is not told: $said"
nothing_made

step "a kernel that is none"
head -c 65536 /dev/zero | tr '\0' x >"$root/kernel"
must_fail 'no Linux kernel' banger image register nokernel --rootfs "$rootfs" --kernel "$root/kernel"
printf HdrS | dd of="$root/kernel" bs=1 seek=514 conv=notrunc status=none # it looks like one
banger image register nokernel --rootfs "$rootfs" --kernel "$root/kernel"
must_fail 'kernel|boot' banger vm create --name a --image nokernel --timeout 30s
nothing_made

step "the images go, the files of their owner stay"
for image in noinit nossh nokernel; do banger image delete $image; done
[ -f "$root/nossh.ext4" ] || fail "image delete removed a registered file"
