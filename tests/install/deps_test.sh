#!/usr/bin/env bash
# scripts/deps.sh: silent, and asks nobody, when satisfied; one sorted list, plain words on a system it does not know.
set -euo pipefail
cd "$(dirname "$0")/../.."
fail() { echo "FAIL: $*" >&2 && exit 1; }

scripts/deps.sh --print | LC_ALL=C sort -C || fail "--print is not sorted"
[ "$(scripts/deps.sh --print | sort | uniq -d)" = "" ] || fail "a package is listed twice"
for list in run build tests; do
    sed -n "/^$list=(/,/^)/p" scripts/deps.sh | sed '1d;$d' | LC_ALL=C sort -C || fail "the list $list is not sorted"
done
! scripts/deps.sh --nosuch 2>/dev/null || fail "an unknown option is taken"

if scripts/deps.sh --print | xargs dpkg-query -W >/dev/null 2>&1; then
    stubs=$(mktemp -d)
    printf '#!/bin/sh\ntouch "%s/asked"\n' "$stubs" | tee "$stubs/apt-get" >"$stubs/sudo"
    chmod 755 "$stubs/apt-get" "$stubs/sudo"
    said=$(PATH=$stubs:$PATH scripts/deps.sh 2>&1) || true
    asked=$(ls "$stubs/asked" 2>/dev/null || true)
    rm -r "$stubs"
    [ -z "$said" ] || fail "says something when there is nothing to do: $said"
    [ -z "$asked" ] || fail "asks apt-get when there is nothing to do"
fi

other=$(mktemp)
trap 'rm -f "$other"' EXIT
printf 'ID=arch\nPRETTY_NAME="Arch Linux"\n' >"$other"
chmod 644 "$other"
unshare --mount true 2>/dev/null || { echo "SKIP: no mount namespace for the other half" && exit 77; }
release=$(readlink -f /etc/os-release)
if said=$(unshare --mount sh -c "mount --bind '$other' '$release' && scripts/deps.sh" 2>&1); then
    fail "went on on another distribution"
fi
grep -q 'Arch Linux' <<<"$said" && grep -q 'qemu-system-x86' <<<"$said" || fail "unclear: $said"
