#!/usr/bin/env bash
# A shell in a throw-away VM of an image; when it ends, what was done there is kept as an image, or dropped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=scratch-vm.sh
. "$here/scratch-vm.sh"

usage() {
    cat <<'TEXT'
usage: runtime/interactive.sh [--from IMAGE] [--keep NAME | --drop] [--replace] [--banger PROGRAM] [-- OPTIONS]
  --from IMAGE      the image to begin with (default: the default image)
  --keep NAME       keep the result as this image without asking
  --drop            drop it without asking
  --replace         NAME may be an image that there is
  --banger PROGRAM  the banger to use
  -- OPTIONS        for "banger vm create", e.g. -- --memory 2G --disk 20G
Without --keep and --drop it asks when the shell ends; no answer drops it. The VM goes, unless the shell breaks off or the
image cannot be made.
TEXT
}

from='' name='' drop=no replace=no program=''
while [ $# -gt 0 ]; do
    case $1 in
    --from) from=${2:?--from takes an image} && shift ;;
    --keep) name=${2:?--keep takes a name} && shift ;;
    --drop) drop=yes ;;
    --replace) replace=yes ;;
    --banger) program=${2:?--banger takes a program} && shift ;;
    --) shift && break ;;
    -h | --help) usage && exit 0 ;;
    *) echo "error: unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done
[ $drop = no ] || [ -z "$name" ] || { echo "error: --keep and --drop exclude each other" >&2 && exit 2; }
find_banger "$program"
[ -z "$name" ] || image_is_free "$name" $replace

start_vm "$from" "$@"
echo "a shell in the VM $vm; 'exit' ends it" >&2
status=0
# What the last command there said is no failure of this script.
"$banger" vm ssh "$vm" || status=$?
# 255 is ssh's own when it breaks off, and may be that command's, too: a VM that answers has a shell that ended.
if [ "$status" = 255 ] && ! "$banger" vm exec "$vm" -- true </dev/null; then
    [ $drop = no ] || fail "the shell in $vm broke off"
    work_stays "$name" $replace
    fail "the shell in $vm broke off" "banger vm ssh $vm, or banger vm console $vm"
fi

if [ -z "$name" ] && [ $drop = no ]; then
    while :; do
        read -r -p "keep it as an image? its name, or Enter to drop it: " name || name=''
        [ -n "$name" ] || break
        # shellcheck disable=SC2310
        if (image_is_free "$name" $replace); then break; fi
    done
fi
if [ -z "$name" ]; then
    echo "dropped" >&2
else
    keep_as "$name" $replace
    echo "kept as the image $name: banger vm create --image $name" >&2
fi
