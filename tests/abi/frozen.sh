#!/usr/bin/env bash
# frozen.sh: the copy of the SDK that plugins of ABI 1.0 are built from is what its checksums say; while 1.0 is a
# candidate it is today's headers, and the last line of sdk/abi/history is about them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
history=$root/sdk/abi/history
fail() { echo "FAILED: $*" && exit 1; }
next="next: tests/abi/refresh.sh 'why', in the commit that changes the headers"

for copy in "$here"/sdk-*/; do
    (cd "$copy" && sha256sum --quiet -c SHA256SUMS) || fail "$copy was edited: a released SDK never changes"
    (cd "$copy" && [ "$(find include -type f | wc -l)" -eq "$(wc -l <SHA256SUMS)" ]) || fail "$copy has files without a checksum"
done
case $(grep '^status: ' "$history") in
'status: candidate')
    diff -r "$root/sdk/include" "$here/sdk-1.0/include" >/dev/null || fail "tests/abi/sdk-1.0 is not today's headers
$next"
    now=$("$here/slots.sh" "$root/sdk/include" | sha256sum | cut -c1-12)
    last=$(sed -n 's/^\([0-9a-f]\{12\}\) .*/\1/p' "$history" | tail -1)
    [ "$now" = "$last" ] || fail "the ABI is $now, and the last line of sdk/abi/history is about $last
$next"
    ;;
'status: frozen') ;;
*) fail "$history has no line 'status: candidate' or 'status: frozen'" ;;
esac
