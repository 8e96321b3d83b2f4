#!/usr/bin/env bash
# run.sh [FILE.mjs [OPTION...]]: one file of the browser's tests of the web console, with options of node's
# (--test-name-pattern=PATTERN); without one only what they need is fetched.
# BANGER_CHROMIUM=PROGRAM: another Chromium. All that they write is below the build folder, in browser/.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${BANGER_BUILD_DIR:-$here/../../build/dev}
export BANGER_CONSOLE_SERVER=${BANGER_CONSOLE_SERVER:-$build/bin/console_server}
export BANGER_WEB_PLUGIN=${BANGER_WEB_PLUGIN:-$build/plugins/web.so}
skip() { echo "SKIP: $*" && exit 77; }

command -v node >/dev/null || skip "no node (scripts/deps.sh)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || skip "node $(node --version) is older than 18"
command -v npm >/dev/null || skip "no npm (scripts/deps.sh)"
chromium=${BANGER_CHROMIUM:-$(command -v chromium || true)}
[ -n "$chromium" ] || skip "no chromium (scripts/deps.sh; on Ubuntu there is none but a snap: BANGER_CHROMIUM=PROGRAM names another, Google Chrome say)"
case $(readlink -f "$chromium") in
/snap/* | */snap) skip "$chromium is a snap, which sees neither its own profile nor files of ours in the build folder: BANGER_CHROMIUM=PROGRAM names another" ;;
esac
for file in "$BANGER_CONSOLE_SERVER" "$BANGER_WEB_PLUGIN"; do [ -f "$file" ] || skip "$file is not built"; done

mkdir -p "$build/browser"
export BANGER_BROWSER_DIR=$(cd "$build/browser" && pwd) BANGER_CHROMIUM=$chromium
# Both programs from the npm registry, of the versions and digests in package-lock.json; once, whichever test is first.
# npm runs nothing of theirs.
exec 9>"$BANGER_BROWSER_DIR/lock"
flock 9
if ! cmp -s "$here/package-lock.json" "$BANGER_BROWSER_DIR/node_modules/of"; then
    cp "$here/package.json" "$here/package-lock.json" "$BANGER_BROWSER_DIR/"
    if ! (cd "$BANGER_BROWSER_DIR" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --cache "$BANGER_BROWSER_DIR/npm" \
        --fetch-retries 2 --fetch-timeout 60000) >"$BANGER_BROWSER_DIR/npm.log" 2>&1; then
        cat "$BANGER_BROWSER_DIR/npm.log" >&2
        ! grep -qE 'EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT' "$BANGER_BROWSER_DIR/npm.log" ||
            skip "the npm registry is not to be reached"
        exit 1
    fi
    cp "$here/package-lock.json" "$BANGER_BROWSER_DIR/node_modules/of"
fi
exec 9>&-
[ $# -gt 0 ] || exit 0

# Short: sockets of Chromium's are in it. Its profile, caches and crash reports go with it.
scratch=$(mktemp -d "$BANGER_BROWSER_DIR/t.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/tmp"
export TMPDIR=$scratch/tmp HOME=$scratch XDG_CONFIG_HOME=$scratch/c XDG_CACHE_HOME=$scratch/k XDG_DATA_HOME=$scratch/d XDG_RUNTIME_DIR=$scratch/r
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
status=0
node --test-reporter=spec "${@:2}" "$here/$1" || status=$?
exit $status
