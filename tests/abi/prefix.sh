#!/bin/sh
# prefix.sh OLD_INCLUDE NEW_INCLUDE: the fields and functions of every struct of the old headers are the first ones of
# the same struct today, and every constant keeps its value. Prints each offender.
set -eu
old=$1 new=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(dirname "$0")
"$here/slots.sh" "$old" >"$work/old"
"$here/slots.sh" "$new" >"$work/new"
awk '
    /^#define / {
        name = $2
        if (NR == FNR) { macro[name] = $0 } else { now[name] = $0 }
        next
    }
    NR == FNR { was[$1, ++old[$1]] = $0; next }
    { is[$1, ++new[$1]] = $0 }
    END {
        for (name in old) {
            for (i = 1; i <= old[name]; i++) {
                if (was[name, i] != is[name, i]) {
                    print "slot " i " of " name " was \"" was[name, i] "\", and is \"" is[name, i] "\""
                    bad = 1
                    break
                }
            }
        }
        for (name in macro) {
            if (name == "BANGER_ABI_MINOR" || name == "BANGER_HAS" || name ~ /^BANGER_HAS\(/) continue
            if (macro[name] != now[name]) {
                print "constant " name " was \"" macro[name] "\", and is \"" now[name] "\""
                bad = 1
            }
        }
        exit bad
    }' "$work/old" "$work/new"
