#!/bin/sh
# future.sh INCLUDE_DIR OUT: the headers of a later minor: every growable struct has one slot more at its end.
set -eu
include=$1 out=$2
rm -rf "$out"
cp -r "$include" "$out"
find "$out" -name '*.h' -exec perl -0777 -pi -e '
    s{(typedef struct (\w+) \{(?:(?!\n\}).)*?)(\n\} \2;)(?!\s*/\* FROZEN)}{$1\n  void (*future_slot)(void); /* [any-thread] */$3}sg;
    s/^(#define BANGER_ABI_MINOR) +0u/$1 1u/m;' {} +
grep -q 'BANGER_ABI_MINOR 1u' "$out/banger/abi.h"
headers=$(cat $(find "$out" -name '*.h'))
growable=$(($(echo "$headers" | grep -c '^typedef struct .*{') - $(echo "$headers" | grep -c '^} .*; /\* FROZEN')))
slots=$(echo "$headers" | grep -c 'future_slot')
[ "$slots" = "$growable" ] || { echo "error: $slots of $growable growable structs have got a slot" && exit 1; }
