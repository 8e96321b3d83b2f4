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
exit $failed
