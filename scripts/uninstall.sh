#!/usr/bin/env bash
# Removes what `make install` put there, by its list, and the folders that are empty then. Not while something of it
# runs: only banger itself takes back the processes, interfaces and rules of a VM.
set -euo pipefail

list=${1:?usage: scripts/uninstall.sh INSTALL_MANIFEST (FORCE=1: whatever runs)}
program=$(grep -m 1 '/bin/banger$' "$list" 2>/dev/null) || { echo 'error: nothing was installed from this tree' && exit 1; } >&2
prefix=${program%/bin/banger}
as_owner=()
[ -w "$prefix" ] || as_owner=(sudo)

# Of all users, and with no daemon asked: VMs run on without one.
running() {
    "${as_owner[@]}" find /proc/[0-9]*/exe -maxdepth 0 \( -lname "$1" -o -lname "$1 (deleted)" \) -printf '%u\n' 2>/dev/null || true
}
users() { sort -u <<<"$1" | paste -sd ' '; }

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
        [ -z "$vms" ] || printf '  %s\n' "banger vm ls -q | xargs -r banger vm delete --force   # with their disks; banger vm stop keeps those"
        [ -z "$vms$daemons" ] || echo "  banger daemon stop"
        [ -z "$line" ] || echo "  banger ssh-config --remove"
        echo "make uninstall FORCE=1 removes the programs all the same; what runs, and its interfaces and rules, then stays until a reboot."
    } >&2
    exit 1
fi

xargs -d '\n' "${as_owner[@]}" rm -f <"$list"
# Not the prefix's own bin, lib and share.
while read -r file || [ -n "$file" ]; do # the last line has no end
    folder=${file%/*}
    while [[ $folder == "$prefix"/*/* ]]; do
        printf '%s\n' "$folder"
        folder=${folder%/*}
    done
done <"$list" | LC_ALL=C sort -ru | xargs -d '\n' "${as_owner[@]}" rmdir --ignore-fail-on-non-empty 2>/dev/null || true
[ ! -e "$program" ] || { echo "error: $program is still there" && exit 1; } >&2
echo "banger is removed from $prefix; README.md, \"Remove\", names what else there may be"
