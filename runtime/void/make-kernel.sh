#!/usr/bin/env bash
# Stages a kernel of Void Linux beside the runtime bundle.
set -euo pipefail
void_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=manifest.sh
. "$void_dir/manifest.sh"
# shellcheck source-path=SCRIPTDIR source=staging.sh
. "$void_dir/staging.sh"

usage() {
    cat <<'TEXT'
usage: runtime/void/make-kernel.sh [--mirror URL] [--out DIR] [--package NAME]
  --mirror URL     http(s)://, file:// or a folder (VOID_MIRROR)
  --out DIR        where the kernel is staged (default runtime/void-kernel)
  --package NAME   the kernel's package (default linux6.12)
It leaves in DIR: vmlinuz (as packed), vmlinux (its ELF kernel), initramfs.img (banger's init and the modules that it
loads), config, modules/VERSION. All of it is new or nothing is. manifest.sh beside this script has the defaults.
TEXT
}

while [ $# -gt 0 ]; do
    case $1 in
    --mirror) VOID_MIRROR=${2:?--mirror takes a URL or a folder} && shift ;;
    --out) VOID_KERNEL_OUT=${2:?--out takes a folder} && shift ;;
    --package) VOID_KERNEL_PACKAGE=${2:?--package takes a name} && shift ;;
    -h | --help) usage && exit 0 ;;
    *) echo "error: unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done

xbps=$(built bin/banger-xbps)
bundler=$(built bin/banger-bundle)
init=$(built libexec/banger-init)
stage "$VOID_KERNEL_OUT"
repository_options

say kernel "$VOID_KERNEL_PACKAGE of $VOID_MIRROR"
tree=$staging/tree
"$xbps" extract "${repository[@]}" --to "$tree" --only boot/ --only usr/lib/modules/ --only lib/modules/ "$VOID_KERNEL_PACKAGE"
found=()
for folder in "$tree"/usr/lib/modules/* "$tree"/lib/modules/*; do
    [ ! -d "$folder" ] || found+=("$folder")
done
[ ${#found[@]} = 1 ] || fail "the package $VOID_KERNEL_PACKAGE holds ${#found[@]} kernels, not one" "--package NAME, e.g. linux6.12"
version=$(basename "${found[0]}")
for file in vmlinuz config; do
    [ -f "$tree/boot/$file-$version" ] || fail "the package $VOID_KERNEL_PACKAGE has no boot/$file-$version" \
        "name a package of the kernel itself (--package), not its headers"
    mv -- "$tree/boot/$file-$version" "$staging/$file"
done
mkdir "$staging/modules"
mv -- "${found[0]}" "$staging/modules/"
rm -rf -- "$tree" "$staging/modules/$version"/{build,source}

"$bundler" vmlinux --vmlinuz "$staging/vmlinuz" --out "$staging/vmlinux"
modules=()
for name in $VOID_INITRAMFS_MODULES; do
    modules+=(--module "$name")
done
"$bundler" initramfs --modules "$staging/modules/$version" "${modules[@]}" --init "$init" --out "$staging/initramfs.img"
chmod 644 "$staging"/{vmlinuz,vmlinux,config,initramfs.img}
put_in_place "$VOID_KERNEL_OUT"
say staged "$version in $VOID_KERNEL_OUT"
