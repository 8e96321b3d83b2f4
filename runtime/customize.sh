#!/usr/bin/env bash
# Makes an image of another one by packages, files and scripts, in a throw-away VM.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=scratch-vm.sh
. "$here/scratch-vm.sh"

usage() {
    cat <<'TEXT'
usage: runtime/customize.sh --name NAME [--from IMAGE] [--package P]... [--copy FILE:PATH]... [--script FILE]...
                            [--replace] [--keep-vm] [--banger PROGRAM] [-- OPTIONS]
  --name NAME       the new image
  --from IMAGE      the image to begin with (default: the default image)
  --package P       a package of the guest's distribution (apt or xbps)
  --copy FILE:PATH  a file or folder of this machine, to that path in the guest
  --script FILE     a program or script, run by root in the guest
  --replace         NAME may be an image that there is
  --keep-vm         when a step fails, keep the VM to look at
  --banger PROGRAM  the banger to use
  -- OPTIONS        for "banger vm create", e.g. -- --memory 2G --disk 20G
Packages come first, then files, then scripts, each in the order given. The first step that fails ends it, and no image
is made. "banger image build" does more: recipes, users, services, progress.
TEXT
}

from='' name='' replace=no program='' keep_vm=no
packages=() copies=() scripts=()
while [ $# -gt 0 ]; do
    case $1 in
    --name) name=${2:?--name takes a name} && shift ;;
    --from) from=${2:?--from takes an image} && shift ;;
    --package) packages+=("${2:?--package takes a name}") && shift ;;
    --copy) copies+=("${2:?--copy takes FILE:PATH}") && shift ;;
    --script) scripts+=("${2:?--script takes a file}") && shift ;;
    --replace) replace=yes ;;
    --keep-vm) keep_vm=yes ;;
    --banger) program=${2:?--banger takes a program} && shift ;;
    --) shift && break ;;
    -h | --help) usage && exit 0 ;;
    *) echo "error: unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done
[ -n "$name" ] || { echo "error: --name is needed" >&2 && usage >&2 && exit 2; }
# Before a VM is made for nothing.
for copy in "${copies[@]}"; do
    [[ $copy == *:/* ]] || fail "--copy takes FILE:PATH with an absolute PATH, not '$copy'" "e.g. --copy ./motd:/etc/motd"
    [ -e "${copy%:/*}" ] || fail "${copy%:/*} does not exist" "--copy FILE:PATH"
done
for script in "${scripts[@]}"; do
    [ -f "$script" ] || fail "$script is no file" "--script FILE"
done
for package in "${packages[@]}"; do
    [[ $package =~ ^[A-Za-z0-9][A-Za-z0-9.+_:~=-]*$ ]] || fail "'$package' is no name of a package" "one name for each --package"
done
find_banger "$program"
image_is_free "$name" $replace

start_vm "$from" "$@"
in_vm() { "$banger" vm exec "$vm" -- "$@" </dev/null; }
if [ ${#packages[@]} -gt 0 ]; then
    echo "packages: ${packages[*]}" >&2
    # shellcheck disable=SC2016
    in_vm sh -c 'set -e
        if command -v apt-get >/dev/null; then
            export DEBIAN_FRONTEND=noninteractive
            apt-get -q update
            apt-get -q install -y --no-install-recommends "$@"
            apt-get clean
        elif command -v xbps-install >/dev/null; then
            xbps-install -Sy "$@"
            rm -rf /var/cache/xbps
        else
            echo "this guest has neither apt-get nor xbps-install; install by --script" >&2
            exit 1
        fi' sh "${packages[@]}" || fail "the packages were not installed in $vm" "the message above; does the guest reach its mirror (--nat)?"
fi
for copy in "${copies[@]}"; do
    source=${copy%:/*} target=/${copy##*:/}
    echo "copy: $source to $target" >&2
    in_vm mkdir -p -- "$(dirname "$target")"
    "$banger" vm cp "$(realpath -- "$source")" "$vm:$target" || fail "$source was not copied to $target" "the message above"
done
for script in "${scripts[@]}"; do
    echo "script: $script" >&2
    "$banger" vm cp "$(realpath -- "$script")" "$vm:/root/.customize" || fail "$script was not copied to $vm" "the message above"
    in_vm chmod 700 /root/.customize
    in_vm /root/.customize || fail "$script failed in $vm (status $?)" "its last lines are above; --keep-vm keeps the VM to look at"
    in_vm rm -f /root/.customize
done
keep_as "$name" $replace
echo "made the image $name: banger vm create --image $name" >&2
