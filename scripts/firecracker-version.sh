#!/usr/bin/env bash
# Prints the version of the Firecracker program that BANGER_FIRECRACKER names; where it names none, what the file is
# instead and what to name, status 2.
set -euo pipefail

file=${1:?usage: scripts/firecracker-version.sh FILE}
refuse() { # WHY [HINT]
    {
        echo "error: BANGER_FIRECRACKER: $file $1"
        echo "hint: ${2:-name the program of a release: tar -xf firecracker-vX.Y.Z-x86_64.tgz, then .../firecracker-vX.Y.Z-x86_64}"
    } >&2
    exit 2
}

[ -e "$file" ] || refuse "does not exist"
[ -f "$file" ] || refuse "is not a file"
case $(head -c 4 "$file" | od -An -tx1 | tr -d ' \n') in
7f454c46) ;;
1f8b*) refuse "is an archive, not a program" ;;
*) refuse "is no program for Linux" ;;
esac
[ -x "$file" ] || refuse "is not executable" "chmod +x $file"
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
