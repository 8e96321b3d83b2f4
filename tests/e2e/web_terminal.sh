#!/usr/bin/env bash
# The terminal of the web console in a real VM: a shell of root, its size, much of its output, a page that comes back, how
# it ends, a VM that stops, and one whose agent is gone.
. "$(dirname "$0")/lib.sh"
[ -f "$BANGER_BUILD_DIR/plugins/web.so" ] || skip "the web plugin is not built"
command -v node >/dev/null || skip "no node (scripts/deps.sh)"
here=$(dirname "$0")
terminal() { timeout 300 node "$here/web_terminal.mjs" "$url" web-1 "$@"; }

banger daemon start
url=$(banger web --json | jq -r '.open | sub("/$"; "")')
banger vm create --name web-1

step "a shell"
terminal shell || fail "the shell"

step "the VM stops, and says so"
terminal stop >"$root/open" 2>"$root/stop" &
page=$!
opened() { grep -q open "$root/open"; }
within 60 opened || fail "$(cat "$root/stop")"
banger vm stop web-1
wait "$page" || fail "$(cat "$root/stop")"

step "started again, and without its agent"
banger vm start web-1
terminal shell || fail "the shell after a start"
banger vm ssh web-1 -- systemctl stop banger-agent
terminal none >"$root/why" || fail "it does not say that there is no shell"
grep -q . "$root/why" || fail "it does not say why there is no shell"
banger vm delete --force web-1
