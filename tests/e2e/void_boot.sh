#!/usr/bin/env bash
# The Void path to its end: Debian's kernel and the bundle's system, packed as Void packs its own and served by a mirror
# on loopback, become a staged kernel and a root file system; VMs of them boot, packed kernel and ELF, and load modules.
. "$(dirname "$0")/lib.sh"

PATH=$PATH:/usr/sbin:/sbin
for program in openssl zstd socat mke2fs debugfs cpio jq; do
    command -v $program >/dev/null || skip "$program is needed (scripts/deps.sh)"
done
for program in bin/banger-xbps bin/banger-bundle libexec/banger-init libexec/banger-vsock-agent; do
    [ -x "$BANGER_BUILD_DIR/$program" ] || skip "no $program in $BANGER_BUILD_DIR"
done

# shellcheck disable=SC2154 # of lib.sh
scratch=$root/void repo=$root/void/repo keys=$root/void/keys
mkdir -p "$repo" "$keys"
# shellcheck source=tests/integration/void/repository.sh
. "$tree/tests/integration/void/repository.sh"
version=$(basename "$BANGER_RUNTIME_DIR"/modules/*)
export VOID_KEY=$keys/mirror.pub VOID_CACHE=$scratch/cache VOID_KERNEL_OUT=$scratch/kernel VOID_ROOTFS_OUT=$scratch/rootfs
void=$tree/runtime/void

step "a mirror: linux6.12 with zstd modules, and a system"
new_key mirror
package=$scratch/p/linux
mkdir -p "$package/boot" "$package/usr/lib/modules"
cp "$BANGER_RUNTIME_DIR/vmlinuz" "$package/boot/vmlinuz-$version"
cp "$BANGER_RUNTIME_DIR/config" "$package/boot/config-$version"
cp -r "$BANGER_RUNTIME_DIR/modules/$version" "$package/usr/lib/modules/"
find "$package/usr/lib/modules" -name '*.ko' -exec zstd -q -1 --rm {} +
pack "$package" linux6.12-6.12.68_1
# Debian's files stand in for Void's: without its modules, and without what only takes time here.
package=$scratch/p/system
mkdir -p "$package"
debugfs -R "rdump / $package" "$BANGER_RUNTIME_DIR/rootfs.ext4" >/dev/null 2>&1
rm -rf "$package"/{lost+found,usr/lib/modules,usr/lib/udev/hwdb.d} "$package"/usr/share/{doc,man,locale,info,perl,zoneinfo} \
    "$package"/usr/lib/x86_64-linux-gnu/{perl,perl-base,gconv} "$package"/var/{cache,lib/apt,lib/dpkg}
[ -x "$package/usr/sbin/sshd" ] || fail "debugfs read no root file system"
pack "$package" system-1.0_1
index
rm -rf "$scratch/p"
serve || fail "nothing serves on loopback"
export VOID_MIRROR=$url

step "make void-kernel"
"$void/make-kernel.sh"
kernel=$VOID_KERNEL_OUT
cmp "$kernel/vmlinuz" "$BANGER_RUNTIME_DIR/vmlinuz"
cmp "$kernel/vmlinux" "$BANGER_RUNTIME_DIR/vmlinux"
cmp "$kernel/config" "$BANGER_RUNTIME_DIR/config"
same "$(ls "$kernel/modules")" "$version" "the staged modules"
[ -f "$kernel/modules/$version/kernel/drivers/net/veth.ko.zst" ] || fail "the staged modules are not as packed"
cpio -t --quiet <"$kernel/initramfs.img" >"$root/members"
grep -q '/virtio_blk\.ko$' "$root/members" || fail "the initramfs has no virtio_blk, unpacked: $(cat "$root/members")"
! grep -q veth "$root/members" || fail "the initramfs has veth"

step "make rootfs-void"
recipe=$scratch/recipe
mkdir -p "$recipe/files/etc" "$recipe/files/usr/bin"
echo system >"$recipe/packages"
printf 'ID=void\nNAME="as Void"\n' >"$recipe/files/etc/os-release"
# As xbps-query -l: a line for each package of its database.
cat >"$recipe/files/usr/bin/xbps-query" <<'SH'
#!/bin/sh
sed -n 's/.*<string>\(.*-[0-9.]*_[0-9]*\)<\/string>.*/ii \1 a package/p' /var/db/xbps/pkgdb-0.38.plist | sort -u
SH
chmod 755 "$recipe/files/usr/bin/xbps-query"
echo 'depmod "$1"' >"$recipe/customize"
"$void/make-rootfs.sh" --no-tools --recipe "$recipe"
same "$(cat "$VOID_ROOTFS_OUT/packages.txt")" "system 1.0_1" "packages.txt"
kill "$server"

# kernel_of VM: the file that its QEMU boots.
kernel_of() { tr '\0' '\n' <"/proc/$(vmm_pids)/cmdline" | sed -n '/^-kernel$/{n;p}'; }

if on_qemu "its kernel is the ELF file alone"; then
    step "a VM of the packed kernel"
    banger image register packed --rootfs "$VOID_ROOTFS_OUT/rootfs.ext4" --work-seed "$VOID_ROOTFS_OUT/work-seed.ext4" \
        --kernel "$kernel/vmlinuz" --initrd "$kernel/initramfs.img" --modules "$kernel/modules"
    banger vm create --name a --image packed
    cmp "$(kernel_of a)" "$kernel/vmlinuz" || fail "QEMU boots another kernel"
    same "$(banger vm exec a -- uname -r)" "$version" "uname -r"
    same "$(banger vm exec a -- modinfo -n veth)" "/lib/modules/$version/kernel/drivers/net/veth.ko.zst" "where veth is"
    banger vm exec a -- test ! -e /sys/module/veth || fail "veth is loaded already"
    banger vm exec a -- modprobe veth
    banger vm exec a -- ip link add v0 type veth peer name v1
    banger vm delete --force a
    banger image delete packed
fi

step "make verify-void"
must_fail 'next: make void-kernel' "$void/verify.sh" --banger "$BANGER_BUILD_DIR/bin/banger" --kernel "$scratch/none"
"$void/verify.sh" --banger "$BANGER_BUILD_DIR/bin/banger" | tee "$root/said"
grep -qx 'all is well' "$root/said" || fail "verify.sh did not come to its end"
no_vms >/dev/null || fail "verify.sh left a VM"
same "$(banger image show void-exp --json | jq -r .kernel_elf)" "$kernel/vmlinux" "the kernel that both VMMs boot"
banger image delete void-exp
