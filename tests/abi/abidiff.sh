#!/bin/sh
# abidiff.sh INCLUDE_DIR GOLDEN.abi WORK_DIR: the readable report of what changed in the ABI. Any change fails: while
# sdk/abi/history says candidate, refresh.sh takes it over; afterwards a minor release makes a golden of its own.
set -eu
include=$1 golden=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
for tool in abidw abidiff; do
    command -v $tool >/dev/null || { echo "SKIP: no $tool here (Debian: abigail-tools)" && exit 77; }
done
mkdir -p "$work"
"$here/anchor.sh" "$include" "$work/abi_anchor.so"
if ! abidiff "$golden" "$work/abi_anchor.so"; then
    echo "FAILED: the ABI is not the one in $golden."
    echo "next: if that is meant, tests/abi/refresh.sh 'why' (see sdk/abi/history)"
    exit 1
fi
# It notices a change.
rm -rf "$work/changed"
cp -r "$include" "$work/changed"
sed -i 's/^} banger_kv_ops;/  uint32_t more; } banger_kv_ops;/' "$work/changed/banger/ext/kv.h"
"$here/anchor.sh" "$work/changed" "$work/changed.so"
if abidiff "$golden" "$work/changed.so" >/dev/null; then
    echo "FAILED: a table that grows is not noticed" && exit 1
fi
rm -rf "$work/changed"
