#!/usr/bin/env bash
# What of CONTRIBUTING.md's rules a program can check. usage: check.sh RULE; prints each offender, exits 1 if any.
set -euo pipefail
cd "$(dirname "$0")/../.."

if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
else
    echo "SKIP: not a git work tree" && exit 77
fi

found=0
offend() { echo "$*" && found=1; }

sizes() { # rule 1
    local file lines limit
    while read -r file; do
        case $file in
        tests/*) limit=600 ;;
        *.hpp | *.h) limit=200 ;;
        *) limit=500 ;;
        esac
        lines=$(wc -l <"$file")
        [ "$lines" -le $limit ] || offend "$file: $lines lines, at most $limit"
    done < <(files '*.cpp' '*.hpp' '*.c' '*.h' '*.sh')
}

names() { # rule 1
    local file
    while read -r file; do
        offend "$file: name the noun (no utils, helpers, common, base, manager)"
    done < <(files | grep -iE '(^|/|_|-)(utils?|helpers?|common|base|managers?)(\.[a-z.]+)?(/|$)')
}

# The order of add_subdirectory in host/CMakeLists.txt is the direction of includes.
includes() {
    local -A rank=()
    local folder file line target number=0
    while read -r folder; do rank[$folder]=$((++number)); done \
        < <(sed -n 's/^ *add_subdirectory(\([a-z_]*\)).*/\1/p' host/CMakeLists.txt)
    for folder in host/*/; do
        folder=$(basename "$folder")
        [ -n "${rank[$folder]:-}" ] || [ -z "$(files "host/$folder")" ] ||
            offend "host/$folder: not in host/CMakeLists.txt"
    done
    while IFS=: read -r file line target; do
        folder=${file#host/} && folder=${folder%%/*}
        target=${target#*\"} && target=${target%%/*}
        [ -n "${rank[$target]:-}" ] && [ -n "${rank[$folder]:-}" ] || continue
        [ "${rank[$target]}" -le "${rank[$folder]}" ] ||
            offend "$file:$line: $folder may not include $target (order in host/CMakeLists.txt)"
        [ "$folder" != cli ] || [[ " os api_client net cli " == *" $target "* ]] ||
            offend "$file:$line: the CLI knows the daemon by its API only, not by $target/"
    done < <(files 'host/*.cpp' 'host/*.hpp' | xargs -r grep -nE '^#include "[a-z_]+/' /dev/null)
    while IFS=: read -r file line target; do
        offend "$file:$line: host may not include plugins"
    done < <(files 'host/*.cpp' 'host/*.hpp' | xargs -r grep -nE '^#include "(plugins|tap-pool|imagebuild)/' /dev/null)
}

