#!/usr/bin/env bash
# The part of make-rootfs.sh that is root, in namespaces of its own: the tree, its scripts, the two file systems.
# usage: build-tree.sh XBPS-OPTIONS... -- PACKAGE...; make-rootfs.sh sets what else it needs.
set -euo pipefail
trap 'exit 130' INT TERM # the first process of a namespace has no signals by default
case ${1:-} in
-h | --help) sed -n '2,3s/^# //p' "$0" && exit 0 ;;
esac
: "${STAGING:?set by make-rootfs.sh}" "${XBPS:?}" "${RECIPE:?}" "${ROOTFS_MIB:?}" "${WORK_SEED_MIB:?}" "${WORK_SEED_RECIPE:?}" "${AGENT_SERVICE:?}"
PATH=$PATH:/usr/sbin:/sbin
tree=$STAGING/tree
seed=$STAGING/seed

options=()
while [ "${1:?build-tree.sh is run by make-rootfs.sh}" != -- ]; do
    options+=("$1")
    shift
done
shift

umask 022
mkdir "$tree" "$tree/proc" "$tree/dev" "$tree/etc"
chmod 755 "$tree"
# What the packages' scripts may look for; the mounts end with the namespace, and before the tree is read.
mount -t proc proc "$tree/proc" 2>/dev/null || mount --rbind /proc "$tree/proc"
mount -t tmpfs -o mode=755 dev "$tree/dev"
for device in null zero full random urandom; do
    : >"$tree/dev/$device"
    mount --bind "/dev/$device" "$tree/dev/$device"
done

prefer=()
while read -r group package; do
    prefer+=(--prefer "$group=$package")
done < <(sed 's/#.*//; /^[[:space:]]*$/d' "$RECIPE/alternatives" 2>/dev/null || true)
"$XBPS" install "${options[@]}" --root "$tree" "${prefer[@]}" "$@"
shell=$(readlink "$tree/bin/sh" || true)

# A link that a package brought never leads what is copied out of the tree.
copy_in() {
    local folder
    while IFS= read -r folder; do
        [ ! -L "$2/$folder" ] || { echo "error: a package made the folder $folder a link" && exit 1; } >&2
    done < <(cd "$1" && find . -mindepth 1 -type d)
    cp -R --remove-destination --no-preserve=ownership --preserve=mode,links -T -- "$1" "$2"
}
copy_in "$STAGING/extra" "$tree"
[ ! -d "$RECIPE/files" ] || copy_in "$RECIPE/files" "$tree"
mkdir -p "$tree/etc/sv"
copy_in "$AGENT_SERVICE" "$tree/etc/sv/banger-agent"
version=
for folder in "$tree"/usr/lib/modules/*; do
    [ ! -d "$folder" ] || version=$(basename "$folder")
done
if [ -f "$RECIPE/customize" ]; then
    [ -x "$tree/bin/sh" ] || { echo "error: the packages bring no /bin/sh, which customize needs" && exit 1; } >&2
    cp --remove-destination -- "$RECIPE/customize" "$tree/.customize"
    env -i PATH=/usr/bin:/usr/sbin:/bin:/sbin HOME=/root LC_ALL=C TERM=dumb chroot "$tree" /bin/sh /.customize "$version"
    rm -- "$tree/.customize"
fi
[ "$(readlink "$tree/bin/sh" || true)" = "$shell" ] || { echo "error: customize changed /bin/sh" && exit 1; } >&2

umount -R "$tree/dev"
umount -R "$tree/proc"
mkdir -p "$tree/sys" "$tree/run" "$tree/root"

# The first content of /root: the image's own, and the shell's set-up that guests of the bundle have.
mkdir -m 700 "$seed"
copy_in "$tree/root" "$seed"
copy_in "$WORK_SEED_RECIPE" "$seed"
mkdir -p "$seed/.ssh"
chmod 700 "$seed" "$seed/.ssh"

sed -n 's/^[[:space:]]*<string>\(.*\)<\/string>$/\1/p; s/^[[:space:]]*<key>\(pkgver\)<\/key>$/@/p' \
    "$tree/var/db/xbps/pkgdb-0.38.plist" | sed -n '/^@$/{n;s/-\([^-]*\)$/ \1/p}' | LC_ALL=C sort >"$STAGING/packages.txt"

# make_ext4 TREE FILE LABEL MIB MODE: as builder/ext4.cpp does it, and why.
make_ext4() {
    local mib=$4 used
    if [ "$mib" = 0 ]; then
        used=$(du -sk "$1" | cut -f1)
        mib=$(((used * 112 / 100 + 131072) / 1024))
    fi
    truncate -s "${mib}M" "$2"
    mke2fs -q -F -t ext4 -b 4096 -i 16384 -m 0 -L "$3" -J size=16 \
        -E discard,lazy_journal_init=1,root_owner=0:0 -d "$1" "$2"
    debugfs -w -R "set_inode_field / mode 040$5" "$2" 2>/dev/null
    e2fsck -fn "$2" >/dev/null 2>&1 || { echo "error: the new file system $(basename "$2") is damaged" && exit 1; } >&2
}
make_ext4 "$tree" "$STAGING/rootfs.ext4" bgr-base "$ROOTFS_MIB" 755
make_ext4 "$seed" "$STAGING/work-seed.ext4" bgr-work "$WORK_SEED_MIB" 700
rm -rf -- "$tree" "$seed" "$STAGING/extra"
