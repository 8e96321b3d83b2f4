#!/usr/bin/env bash
# complete.sh INCLUDE_DIR GOLDEN: every field, function and constant of the headers is in the layout golden, and every
# function says on which thread it may be called.
set -euo pipefail
include=$1 golden=$2
here=$(cd "$(dirname "$0")" && pwd)
failed=0
while read -r line; do
    case $line in
    '#define '*)
        name=${line#'#define '} && name=${name%%[ (]*}
        case $name in BANGER_EXPORT | BANGER_HAS) continue ;; esac
        grep -qE "(VALUE|ID)\($name," "$golden" || { echo "FAILED: the golden lacks $name" && failed=1; }
        ;;
    *)
        struct=${line%% *} field=${line#* }
        case $field in
        *'(*'*) field=${field#*'(*'} && field=${field%%)*} ;;
        *) field=${field##*[ *]} ;;
        esac
        grep -qF "FIELD($struct, $field," "$golden" || { echo "FAILED: the golden lacks $struct.$field" && failed=1; }
        ;;
    esac
done < <("$here/slots.sh" "$include")

# A tag stands in the comments of the function, or in the one of its whole table.
while read -r header; do
    HEADER=$header perl -0777 -ne '
        my $tag = qr/\[(?:control|hook|call-thread|any-thread)[\],]/;
        my $comment = qr{/\*(?:(?!\*/).)*\*/}s;
        while (m{((?:$comment\s*)?)typedef struct (\w+) \{(.*?)\n\} \2;}sg) {
            my ($above, $struct, $body) = ($1, $2, $3);
            $body =~ s{^[^\n]*?(/\*.*?\*/)}{$1}s if $body =~ m{^\s*/\*};
            while ($body =~ m{((?:\s*$comment)*)\s*([^;/]+);[ \t]*($comment)?}sg) {
                my ($before, $field, $after) = ($1, $2, $3 // "");
                next unless $field =~ /\(\*(\w+)\)/;
                next if "$before$after$above" =~ $tag;
                print "FAILED: $ENV{HEADER}: $struct.$1 has no thread tag\n";
                $bad = 1;
            }
        }
        END { exit($bad // 0) }' "$include/$header" || failed=1
done < <(cd "$include" && find banger -name '*.h' | sort)

# It notices what it is for.
unnoticed() { # WHAT FILE SED
    cp -r "$include" "$work/changed"
    sed -i "$3" "$work/changed/banger/$2"
    ! cmp -s "$work/changed/banger/$2" "$include/banger/$2" || { echo "FAILED: $1 changes nothing" && failed=1; }
    ! BANGER_COMPLETE_INNER=1 "$0" "$work/changed" "$golden" >/dev/null || { echo "FAILED: $1 is not noticed" && failed=1; }
    rm -r "$work/changed"
}
if [ -z "${BANGER_COMPLETE_INNER:-}" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    unnoticed "a function without a tag" ext/kv.h 's/\[call-thread\] A missing key/A missing key/'
    unnoticed "a new field" vm.h 's/^} banger_nic;/  uint64_t more; } banger_nic;/'
    unnoticed "a new function" ext/kv.h 's|^} banger_kv_ops;|  /* [any-thread] */ void (*more)(void); } banger_kv_ops;|'
    unnoticed "a new constant" abi.h 's/^#define BANGER_E_RETRY .*/&\n#define BANGER_E_NEW (-99)/'
fi
exit $failed
