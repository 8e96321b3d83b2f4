#!/usr/bin/env bash
# refresh.sh [WHY]: takes today's headers over as the candidate of ABI 1.0: the copy in tests/abi/sdk-1.0, and the golden
# for abidiff. WHY is needed when fields, functions or constants changed (not for comments), and becomes a line of
# sdk/abi/history. Commit all of it with the change, and tests/abi/layout_1_0.cpp.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
history=$root/sdk/abi/history
grep -qx 'status: candidate' "$history" || { echo "error: ABI 1.0 is frozen: add to the end of structs, raise BANGER_ABI_MINOR, and see $history" && exit 1; }

now=$("$here/slots.sh" "$root/sdk/include" | sha256sum | cut -c1-12)
last=$(sed -n 's/^\([0-9a-f]\{12\}\) .*/\1/p' "$history" | tail -1)
if [ "$now" != "$last" ]; then
    [ -n "${1:-}" ] || { echo "error: the ABI changed: say why, refresh.sh 'nic: queues is gone, it had no effect'" && exit 1; }
    echo "$now $(date +%Y-%m-%d) $1" >>"$history"
fi

rm -rf "$here/sdk-1.0/include"
mkdir -p "$here/sdk-1.0"
cp -r "$root/sdk/include" "$here/sdk-1.0/include"
(cd "$here/sdk-1.0" && find include -type f | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)

if command -v abidw >/dev/null; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    "$here/anchor.sh" "$root/sdk/include" "$work/abi_anchor.so"
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs "$work/abi_anchor.so" >"$root/sdk/abi/1.0.abi"
else
    echo "note: no abidw here (Debian: abigail-tools): sdk/abi/1.0.abi stays as it is"
fi
