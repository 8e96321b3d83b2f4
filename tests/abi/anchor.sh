#!/bin/sh
# anchor.sh INCLUDE_DIR OUT.so: a library with one function for each struct of the headers, so that tools which read
# debug information see every table, also those that plugins reach through a plain pointer.
set -eu
include=$(cd "$1" && pwd) out=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    (cd "$include" && find banger -name '*.h' | LC_ALL=C sort | sed 's/.*/#include <&>/')
    "$here/slots.sh" "$include" | sed -n 's/^\(banger_[a-z_0-9]*\) .*/\1/p' | awk '!seen[$0]++' |
        sed 's/.*/void anchor_&(const & *table);\nvoid anchor_&(const & *table) { (void)table; }/'
} >"$work/abi_anchor.c"
ln -s "$include" "$work/include"
# Names of files that are the same wherever this runs: they are in the output of the tools.
(cd "$work" && cc -std=c99 -g -O0 -fPIC -shared -fvisibility=default -Iinclude abi_anchor.c -o abi_anchor.so)
mv "$work/abi_anchor.so" "$out"
