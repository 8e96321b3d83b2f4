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

plugins() { # a plugin knows the SDK, itself and libraries; the host knows no plugin ("nat" and "dns" are words of nft and resolvectl, too, "vsock" one of the guest configuration and of the ways to its agent)
    local file line text host plugin
    host=$(cd host && printf '%s|' */ | tr -d /)
    while IFS=: read -r file line text; do
        offend "$file:$line: a plugin may not include the host: $text"
    done < <(files 'plugins/*.cpp' 'plugins/*.hpp' 'plugins/*.h' | grep -v '^plugins/vsock/agent/' | xargs -r grep -nE "^#include \"(\.\./|(${host%|})/)" /dev/null)
    # The guest agent is no plugin but a program for guests: the guest's end of the channel is for it.
    while IFS=: read -r file line text; do
        offend "$file:$line: the guest agent may include channel/ only of the host: $text"
    done < <(files 'plugins/vsock/agent/*.cpp' 'plugins/vsock/agent/*.hpp' | xargs -r grep -nE "^#include \"(\.\./|(${host%|})/)" /dev/null | grep -v '"channel/')
    for plugin in plugins/*/; do
        plugin=$(basename "$plugin")
        while IFS=: read -r file line text; do
            offend "$file:$line: host code names the plugin $plugin"
        done < <(files 'host/*.cpp' 'host/*.hpp' | grep -vE '^host/(config/|vm/guest_config|vmm/agent_channel|privileged/(nat_table|dns_table|resolver))' | xargs -r grep -nF "\"$plugin\"" /dev/null)
    done
}

headers() { # rule 3
    local file
    while read -r file; do
        grep -q '^#pragma once' "$file" || grep -q '^#ifndef BANGER_' "$file" || offend "$file: no #pragma once"
        ! grep -nE '^ *using namespace' "$file" /dev/null || offend "$file: using namespace in a header"
    done < <(files '*.hpp' '*.h')
}

finished() {
    local hit
    while read -r hit; do offend "$hit"; done < <(
        files host plugins sdk runtime scripts cmake '*.sh' | grep -v -e '^tests/style/' -e '^plugins/web/vendor/' |
            xargs -r -d '\n' grep -nIwE 'TODO|FIXME|XXX|HACK|not implemented' /dev/null | cut -c1-160)
}

format() { # clang-format's majors disagree in places: the one of the oldest supported system decides
    local version file
    version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
    [ "$version" = 14 ] || { echo "SKIP: needs clang-format 14, found ${version:-none}" && exit 77; }
    while read -r file; do offend "$file"; done < <(
        files '*.cpp' '*.hpp' '*.c' '*.h' | xargs -r -P "$(nproc)" -n 16 clang-format --dry-run --Werror 2>&1 |
            sed -n 's/^\([^ :]*:[0-9]*\):.*clang-formatted.*/\1: not clang-formatted (make format)/p' | sort -u -t: -k1,1)
}

example() { # the guide shows the example that is installed and built
    diff <(sed -n '/^```cpp$/,/^```$/p' docs/plugins.md | sed '/^```$/q' | sed '/^```/d') sdk/examples/ports/ports.cpp ||
        offend "docs/plugins.md: its first example is not sdk/examples/ports/ports.cpp"
}

scripts() { # what people run, and what a guest does
    local file
    command -v shellcheck >/dev/null || { echo "SKIP: shellcheck is not installed" && exit 77; }
    while read -r file; do
        case $file in
        *.sh) ;;
        *) head -c 64 "$file" | head -n 1 | grep -aqE '^#!.*/(env )?(ba|da)?sh' || continue ;;
        esac
        case $file in
        runtime/* | tests/integration/void/*) shellcheck -x -f gcc "$file" ;;
        tests/*) continue ;;
        *) shellcheck -x -S warning -f gcc "$file" ;;
        esac || offend "$file: shellcheck -x has something to say"
    done < <(files)
}

pins() { # what two recipes fetch is of one version, and hashes to one value
    local recipe=plugins/imagebuild/recipes/default.yaml manifest=runtime/void/manifest.sh tool version integrity hash
    for tool in mise opencode; do
        version=$(sed -n "s/^: \"\${VOID_${tool^^}_VERSION:=\(.*\)}\"$/\1/p" $manifest)
        integrity=$(sed -n "s/^: \"\${VOID_${tool^^}_INTEGRITY:=\(.*\)}\"$/\1/p" $manifest)
        [ -n "$version" ] && grep -A1 "/$tool-linux-x64[a-z-]*-$version\.tgz$" $recipe | grep -qxF "    integrity: $integrity" ||
            offend "$manifest: $tool $version ($integrity) is not the one of $recipe"
    done
    while read -r hash; do
        grep -qF "sha256: $hash" $recipe || offend "plugins/imagebuild/README.md: $hash is of nothing in $recipe"
    done < <(grep -oE '[0-9a-f]{64}' plugins/imagebuild/README.md)
}

case ${1:-} in
sizes | names | includes | plugins | headers | finished | format | example | scripts | pins) "$1" ;;
*) echo "usage: check.sh sizes|names|includes|plugins|headers|finished|format|example|scripts|pins" >&2 && exit 2 ;;
esac
exit $found
