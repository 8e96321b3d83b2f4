#!/usr/bin/env bash
# installed_sdk.sh BUILD_DIR: the built-in plugins need nothing of banger but the installed SDK.
set -euo pipefail
build=$1
. "$(dirname "$0")/prefix.sh"
plugins=$(cd "$(dirname "$0")/../../plugins" && pwd)
flags=$(pkg-config --cflags libnl-3.0 libnl-route-3.0 ldns 2>/dev/null) || { echo "SKIP: libraries of the plugins are not here" && exit 77; }
for id in nat dns vsock tap-pool; do
    cp -r "$plugins/$id" "$work/$id" # away from the tree, which an include with ../ would find
    # shellcheck disable=SC2086
    find "$work/$id" -name '*.cpp' -not -path '*/agent/*' -print0 | outside xargs -0 -P 2 -n 1 \
        g++ -std=c++20 -fsyntax-only -DBANGER_VSOCK_VERSION='"1"' -I"$work/$id" -I"$prefix/include" $flags ||
        fail "$id needs more than the installed SDK"
done
