#!/usr/bin/env bash
# Makes a root file system of Void Linux (x86_64, glibc) and the first content of /root.
set -euo pipefail
void_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=manifest.sh
. "$void_dir/manifest.sh"
# shellcheck source-path=SCRIPTDIR source=staging.sh
. "$void_dir/staging.sh"

usage() {
    cat <<'TEXT'
usage: runtime/void/make-rootfs.sh [--mirror URL] [--out DIR] [--recipe DIR] [--kernel DIR] [--no-tools] [--refresh]
  --mirror URL    http(s)://, file:// or a folder (VOID_MIRROR)
  --out DIR       where the result goes (default runtime/void-rootfs)
  --recipe DIR    a folder with packages, files/ and customize (default runtime/rootfs/void)
  --kernel DIR    a staged kernel, whose modules the guest gets (default runtime/void-kernel; where there is none, the
                  modules of the kernel's package)
  --no-tools      without mise and opencode
  --refresh       fetch packages anew, not those that are in the cache already
It leaves in DIR: rootfs.ext4, work-seed.ext4, packages.txt. It needs no root: owners are those of a user namespace. All
of it is new or nothing is. manifest.sh beside this script has the defaults.
TEXT
}

tools=yes refresh=no
while [ $# -gt 0 ]; do
    case $1 in
    --mirror) VOID_MIRROR=${2:?--mirror takes a URL or a folder} && shift ;;
    --out) VOID_ROOTFS_OUT=${2:?--out takes a folder} && shift ;;
    --recipe) VOID_RECIPE=${2:?--recipe takes a folder} && shift ;;
    --kernel) VOID_KERNEL_OUT=${2:?--kernel takes a folder} && shift ;;
    --no-tools) tools=no ;;
    --refresh) refresh=yes ;;
    -h | --help) usage && exit 0 ;;
    *) echo "error: unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done

[ -f "$VOID_RECIPE/packages" ] || fail "the recipe $VOID_RECIPE has no file 'packages'" "--recipe DIR names another one"
need mke2fs e2fsprogs
can_have_namespace
xbps=$(built bin/banger-xbps)
agent=$(built libexec/banger-vsock-agent)
stage "$VOID_ROOTFS_OUT"
if [ $refresh = yes ]; then
    ours "$VOID_CACHE" "VOID_CACHE=DIR"
    discard "$VOID_CACHE"
fi
repository_options

mapfile -t packages < <(sed 's/#.*//' "$VOID_RECIPE/packages" | tr -s '[:space:]' '\n' | sed '/^$/d')
[ ${#packages[@]} -gt 0 ] || fail "the recipe $VOID_RECIPE names no package" "one name a line in its file 'packages'"
say rootfs "of $VOID_MIRROR"
"$xbps" fetch "${repository[@]}" "${packages[@]}"

# A folder for what is put into the tree beside packages.
extra=$staging/extra
mkdir -p "$extra/usr/lib/banger" "$extra/usr/lib/modules" "$extra/usr/local/bin"
install -m 755 "$agent" "$extra/usr/lib/banger/banger-vsock-agent"
staged=("$VOID_KERNEL_OUT"/modules/*)
if [ -d "${staged[0]}" ]; then
    say modules "$(basename "${staged[0]}"), as staged in $VOID_KERNEL_OUT"
    cp -r -- "${staged[0]}" "$extra/usr/lib/modules/"
else
    say modules "of $VOID_KERNEL_PACKAGE ($VOID_KERNEL_OUT has none: make void-kernel)"
    "$xbps" extract "${repository[@]}" --to "$extra" --only usr/lib/modules/ --only lib/modules/ "$VOID_KERNEL_PACKAGE"
    if [ -d "$extra/lib/modules" ]; then
        mv -- "$extra"/lib/modules/* "$extra/usr/lib/modules/"
        rmdir -- "$extra/lib/modules" "$extra/lib"
    fi
    rm -rf -- "$extra"/usr/lib/modules/*/{build,source}
fi

# tool NAME PACKAGE VERSION INTEGRITY: a program out of a package of npm.
tool() {
    local file=$VOID_CACHE/$1-$3.tgz
    say "$1" "$3"
    "$xbps" get --url "$NPM_REGISTRY/$2/-/$(basename "$2")-$3.tgz" --integrity "$4" --out "$file"
    tar -xzf "$file" -C "$extra/usr/local/bin" --strip-components=2 --no-same-owner "package/bin/$1"
    chmod 755 "$extra/usr/local/bin/$1"
}
if [ $tools = yes ]; then
    tool mise @jdxcode/mise-linux-x64 "$VOID_MISE_VERSION" "$VOID_MISE_INTEGRITY"
    tool opencode opencode-linux-x64-baseline "$VOID_OPENCODE_VERSION" "$VOID_OPENCODE_INTEGRITY"
fi

export XBPS=$xbps STAGING=$staging RECIPE=$VOID_RECIPE ROOTFS_MIB=$VOID_ROOTFS_MIB WORK_SEED_MIB=$VOID_WORK_SEED_MIB
export WORK_SEED_RECIPE=$void_dir/../rootfs/work-seed AGENT_SERVICE=$void_dir/../rootfs/runit/banger-agent
in_namespace "$void_dir/build-tree.sh" "${repository[@]}" --offline -- "${packages[@]}"
put_in_place "$VOID_ROOTFS_OUT"
say made "$VOID_ROOTFS_OUT ($(wc -l <"$VOID_ROOTFS_OUT/packages.txt") packages, $(du -h "$VOID_ROOTFS_OUT/rootfs.ext4" | cut -f1))"
