#!/usr/bin/env bash
# Prints the version of the Firecracker program that BANGER_FIRECRACKER names; where it names none, what the file is
# instead and what to name, status 2. With --archive: of FIRECRACKER, which may also name a release archive with the
# program in it, or a program that is not executable yet; of those no version is printed.
set -euo pipefail

variable=BANGER_FIRECRACKER
advice='name the program of a release: tar -xf firecracker-vX.Y.Z-x86_64.tgz, then .../firecracker-vX.Y.Z-x86_64'
if [ "${1-}" = --archive ]; then
    variable=FIRECRACKER
    advice='name firecracker-vX.Y.Z-x86_64.tgz of a release, or the program in it'
    shift
fi
file=${1:?usage: scripts/firecracker-version.sh [--archive] FILE}
refuse() { # WHY [HINT]
    {
        echo "error: $variable: $file $1"
        echo "hint: ${2:-$advice}"
    } >&2
    exit 2
}
check_archive() {
    local listed
    listed=$(tar -tf "$file" 2>/dev/null) || refuse "is damaged, or was cut off on its way" "get it again; $advice"
    grep -qE '(^|/)firecracker(-v[^/]*-x86_64)?$' <<<"$listed" || refuse "holds no firecracker program for x86_64"
    exit 0
}

[ -e "$file" ] || refuse "does not exist"
[ -f "$file" ] || refuse "is not a file"
case $(head -c 4 "$file" | od -An -tx1 | tr -d ' \n') in
7f454c46) ;;
1f8b* | 28b52ffd | 425a68* | fd377a58)
    [ $variable = FIRECRACKER ] || refuse "is an archive, not a program"
    check_archive
    ;;
*)
    [ $variable = BANGER_FIRECRACKER ] || ! tar -tf "$file" >/dev/null 2>&1 || check_archive
    refuse "is no program for Linux"
    ;;
esac
if [ ! -x "$file" ]; then
    [ $variable = BANGER_FIRECRACKER ] || exit 0
    refuse "is not executable" "chmod +x $file"
fi
status=0
said=$(timeout 10 "$(realpath -- "$file")" --version 2>&1 </dev/null) || status=$?
said=${said%%$'\n'*}
case $status in
0) ;;
124) refuse "gives no version within 10 s" ;;
*) refuse "does not run here (status $status): $said" ;;
esac
[[ $said =~ ^Firecracker\ v([^[:space:]]+) ]] || refuse "is not Firecracker; to --version it says '$said'"
echo "${BASH_REMATCH[1]}"
