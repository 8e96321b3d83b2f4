#!/bin/sh
# slots.sh INCLUDE_DIR: what of the headers is the ABI, a line each: "struct field-with-its-type" in order, and then
# "#define NAME value". Comments, layout of the text and the C++ layer play no part.
set -eu
include=$1
[ -f "$include/banger/plugin.h" ] || { echo "slots.sh: no banger/plugin.h in $include" >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for header in $(cd "$include" && find banger -name '*.h' | LC_ALL=C sort); do
    echo "#include <$header>"
done >"$work/slots.h"
cc -E -P -I"$include" "$work/slots.h" | tr -s ' \t\n' ' ' |
    sed 's/typedef struct banger_/\n&/g' |
    sed -n 's/^typedef struct \(banger_[a-z_0-9]*\) {\(.*\)} \1;.*/\1 \2/p' |
    awk '{
        name = $1
        sub(/^[^ ]+ /, "")
        count = split($0, fields, ";")
        for (i = 1; i < count; i++) {
            field = fields[i]
            gsub(/^ +| +$/, "", field)
            if (field ~ /\(/) { # a function: its commas are its own
                gsub(/ *, */, ", ", field); gsub(/ \*/, "*", field); gsub(/\( /, "(", field); gsub(/ \)/, ")", field)
                print name, field
                continue
            }
            many = split(field, words, / *, */)
            match(words[1], /[* ]*[a-zA-Z_0-9]+$/)
            type = substr(words[1], 1, RSTART - 1)
            for (k = 1; k <= many; k++) {
                word = k == 1 ? substr(words[1], RSTART) : words[k]
                gsub(/ /, "", word)
                print name, type, word
            }
        }
    }'
cc -E -dM -I"$include" "$work/slots.h" | grep '^#define BANGER_' | grep -v '_H *$' | LC_ALL=C sort
