#!/usr/bin/env bash
# prefixes.sh: every SDK that ever was, the frozen copies and the tags of releases, is a prefix of today's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 looked=0

for copy in "$here"/sdk-*/include; do
    looked=$((looked + 1))
    "$here/prefix.sh" "$copy" "$root/sdk/include" || { echo "FAILED: against $copy" && failed=1; }
done
for tag in $(git -C "$root" tag --list 'v[1-9]*' 2>/dev/null || true); do
    git -C "$root" cat-file -e "$tag:sdk/include/banger/plugin.h" 2>/dev/null || continue
    looked=$((looked + 1))
    mkdir "$work/$tag"
    git -C "$root" archive "$tag" sdk/include | tar -x -C "$work/$tag"
    "$here/prefix.sh" "$work/$tag/sdk/include" "$root/sdk/include" || { echo "FAILED: against $tag" && failed=1; }
done
[ $looked -gt 0 ] || { echo "FAILED: nothing to compare with" && exit 1; }
echo "$looked compared (no tag is a release of the SDK yet, unless told above)"

# The check notices what it is for.
try() { # try 0|1 WHAT FILE SED
    rm -rf "$work/changed"
    cp -r "$root/sdk/include" "$work/changed"
    sed -i "$4" "$work/changed/banger/$3"
    ! cmp -s "$work/changed/banger/$3" "$root/sdk/include/banger/$3" || { echo "FAILED: $2 changes nothing" && failed=1; }
    local result=0
    "$here/prefix.sh" "$root/sdk/include" "$work/changed" >/dev/null || result=1
    [ $result -eq "$1" ] || { echo "FAILED: $2 is $([ "$1" -eq 0 ] && echo refused || echo 'not noticed')" && failed=1; }
}
try 0 "a function at the end" ext/kv.h 's/^} banger_kv_ops;/  banger_status (*more)(const banger_host *); } banger_kv_ops;/'
try 1 "a function in the middle" ext/kv.h 's|^  /\* \[call-thread\] E_INVALID|  banger_status (*more)(const banger_host *); /*|'
try 1 "another signature" ext/kv.h 's/(\*remove)(const banger_host \*, banger_call \*, banger_str key)/(*remove)(const banger_host *, banger_str key)/'
try 1 "two fields swapped" vm.h 's/^  banger_str tap, mac;/  banger_str mac, tap;/'
try 1 "a field gone" footprint.h '/banger_status (\*release)/d'
try 1 "another value" abi.h 's/^#define BANGER_E_RETRY .*/#define BANGER_E_RETRY (-99)/'
try 0 "a new constant" abi.h 's/^#define BANGER_E_RETRY .*/&\n#define BANGER_E_NEW (-99)/'
try 0 "another comment" abi.h 's|^/\* The core of the plugin ABI.*|/* Other words.|'
exit $failed
