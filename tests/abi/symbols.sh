#!/usr/bin/env bash
# symbols.sh FOLDER...: every plugin below the folders exports its entry and nothing else.
set -euo pipefail
failed=0 looked=0
while read -r plugin; do
    looked=$((looked + 1))
    symbols=$(nm -D --defined-only "$plugin" | cut -d' ' -f3)
    [ "$symbols" = banger_plugin_entry_v1 ] || { echo "FAILED: $plugin exports $symbols" && failed=1; }
done < <(find "$@" -name '*.so' | sort)
[ $looked -gt 0 ] || { echo "SKIP: no plugin is built" && exit 77; }
echo "$looked plugins"
exit $failed
