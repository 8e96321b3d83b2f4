#!/usr/bin/env bash
# Makes a Debian root file system by hand, for "banger image register": as the bundle's, with other packages or files.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'TEXT'
usage: runtime/make-rootfs.sh --out FILE [--recipe DIR] [--package NAME]... [--release NAME] [--mirror URL]
                              [--size MIB] [--bundle DIR]
  --out FILE       the file system to write
  --recipe DIR     a folder with packages, files/ and customize (default runtime/rootfs/debian)
  --package NAME   one more package
  --release NAME   Debian's release (default bookworm)
  --mirror URL     Debian's mirror (default: the one of this machine's apt)
  --size MIB       its size (default: its content and a margin)
  --bundle DIR     the runtime bundle whose kernel's modules it gets (default runtime/bundle)
It needs no root and no VM. FILE is new and whole, or as it was. Then: banger image register NAME --rootfs FILE
TEXT
}

fail() {
    echo "error: $1" >&2
    echo "  next: $2" >&2
    exit 1
}

out='' recipe=$here/rootfs/debian release=bookworm mirror='' size=0 bundle=${BANGER_RUNTIME_DIR:-$here/bundle}
packages=()
while [ $# -gt 0 ]; do
    case $1 in
    --out) out=${2:?--out takes a file} && shift ;;
    --recipe) recipe=${2:?--recipe takes a folder} && shift ;;
    --package) packages+=("${2:?--package takes a name}") && shift ;;
    --release) release=${2:?--release takes a name} && shift ;;
    --mirror) mirror=${2:?--mirror takes a URL} && shift ;;
    --size) size=${2:?--size takes MiB} && shift ;;
    --bundle) bundle=${2:?--bundle takes a folder} && shift ;;
    -h | --help) usage && exit 0 ;;
    *) echo "error: unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done
[ -n "$out" ] || { echo "error: --out is needed" >&2 && usage >&2 && exit 2; }
for part in packages files customize; do
    [ -e "$recipe/$part" ] || fail "the recipe $recipe has no $part" "--recipe names a folder with packages, files/ and customize"
done
[ -d "$bundle/modules" ] || fail "there is no runtime bundle in $bundle" "make runtime-bundle; or --bundle DIR"
[[ $size =~ ^[0-9]+$ ]] || fail "--size takes MiB, not '$size'" "e.g. --size 2048"
[[ $release =~ ^[a-z]+$ ]] || fail "'$release' is no release of Debian" "e.g. --release bookworm"
[[ $mirror != *[\"\\]* ]] || fail "'$mirror' is no URL" "e.g. --mirror http://deb.debian.org/debian"
for package in "${packages[@]}"; do
    [[ $package =~ ^[a-z0-9][a-z0-9.+-]*$ ]] || fail "'$package' is no name of a package" "one name for each --package"
done
bundler=$(command -v banger-bundle || true)
for candidate in "${BANGER_BUILD_DIR:-}/bin/banger-bundle" "$here"/../build/{release,dev}/bin/banger-bundle; do
    [ ! -x "$candidate" ] || { bundler=$candidate && break; }
done
[ -n "$bundler" ] || fail "banger-bundle is not built" "make build, or ./quickstart.sh"

scratch=$(mktemp -d /var/tmp/banger-rootfs.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp -R -- "$recipe" "$scratch/recipe"
printf '%s\n' '' "${packages[@]}" >>"$scratch/recipe/packages"
{
    echo 'version = 1'
    printf '[debian]\nrelease = "%s"\n' "$release"
    [ -z "$mirror" ] || printf 'mirror = "%s"\n' "$mirror"
    printf '[rootfs]\nname = "by-hand"\nrecipe = "recipe"\nsize_mib = %d\n' "$size"
} >"$scratch/manifest.toml"
"$bundler" rootfs --manifest "$scratch/manifest.toml" --bundle "$bundle" --cache "$scratch/cache" --out "$out"
echo "made $out: banger image register NAME --rootfs $(realpath -- "$out")" >&2
