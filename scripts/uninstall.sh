#!/usr/bin/env bash
# Removes what `make install` put below a prefix, by the list that it left there, and the folders that are empty then.
# Not while something of it runs: only banger itself takes back the processes, interfaces and rules of a VM.
set -euo pipefail

prefix=${1:?usage: scripts/uninstall.sh PREFIX (FORCE=1: whatever runs)}
prefix=$(realpath -ms "$prefix")
program=$prefix/bin/banger
list=$(mktemp)
trap 'rm -f "$list"' EXIT
installed=$prefix/share/banger/installed-files.txt
# An installation of before had no list; the one of this tree is that of its last installation only.
[ -f "$installed" ] || installed=$(dirname "$0")/../build/release/install_manifest.txt
if ! { grep -qxF "$program" "$installed" && awk -v begin="$prefix/" 'index($0, begin) == 1' "$installed" >"$list"; } 2>/dev/null; then
    echo "error: no banger was installed to $prefix"
    echo "hint: make uninstall PREFIX=DIR, as it was installed"
    exit 1
fi >&2
as_owner=()
[ -w "$prefix" ] || as_owner=(sudo)

# Of all users, and with no daemon asked: VMs run on without one.
running() {
    "${as_owner[@]}" find /proc/[0-9]*/exe -maxdepth 0 \( -lname "$1" -o -lname "$1 (deleted)" \) -printf '%u\n' 2>/dev/null || true
}
users() { sort -u <<<"$1" | paste -sd ' '; }
# Each user's daemon and VMs are that user's to end: whose command it is.
whose() {
    local others
    others=$(sort -u <<<"$1" | grep -vxF "$(id -un)" | paste -sd ' ' || true)
    [ -z "$others" ] || printf '   # logged in as %s' "$others"
}

vms=$(running "$prefix/libexec/banger/banger-vm")
daemons=$(running "$prefix/bin/bangerd")
# Above the first block; below it is the user's own.
line=$(sed -n '/^\s*\(host\|match\)[[:space:]=]/Iq; /^\s*Include .*\/banger\/ssh_config"\?\s*$/p' ~/.ssh/config 2>/dev/null || true)
if [ -n "$vms$daemons$line" ] && [ "${FORCE:-}" != 1 ]; then
    {
        echo "error: $prefix/bin/banger is in use, so nothing was removed:"
        [ -z "$vms" ] || echo "  running VMs: $(wc -l <<<"$vms") (of $(users "$vms"))"
        [ -z "$daemons" ] || echo "  bangerd runs (of $(users "$daemons"))"
        [ -z "$line" ] || echo "  ~/.ssh/config has the line of banger ssh-config"
        echo "hint: in this order, then make uninstall again:"
        [ -z "$vms" ] || echo "  banger vm ls -q | xargs -r banger vm delete --force   # with their disks; banger vm stop keeps those$(whose "$vms" | sed 's/   # /; /')"
        [ -z "$vms$daemons" ] || echo "  banger daemon stop$(whose "$(printf '%s\n' "$vms" "$daemons" | grep .)")"
        [ -z "$line" ] || echo "  banger ssh-config --remove"
        echo "make uninstall FORCE=1 removes the programs all the same; what runs, and its interfaces and rules, then stays until a reboot."
    } >&2
    exit 1
fi

xargs -d '\n' "${as_owner[@]}" rm -f <"$list"
# Not the prefix's own bin, lib and share, but libexec: a fresh /usr/local has none.
while read -r file || [ -n "$file" ]; do # the last line has no end
    folder=${file%/*}
    while [[ $folder == "$prefix"/*/* || $folder == "$prefix/libexec" ]]; do
        printf '%s\n' "$folder"
        folder=${folder%/*}
    done
done <"$list" | LC_ALL=C sort -ru | xargs -d '\n' "${as_owner[@]}" rmdir --ignore-fail-on-non-empty 2>/dev/null || true
[ ! -e "$program" ] || { echo "error: $program is still there" && exit 1; } >&2
echo "banger is removed from $prefix; README.md, \"Remove\", names what else there may be"
