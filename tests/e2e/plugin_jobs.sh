#!/usr/bin/env bash
# A long job of a plugin is an operation: followed, cancelled by Ctrl-C and by the daemon's end, told as failed after a kill.
. "$(dirname "$0")/lib.sh"

plugins=$root/plugins
built=$BANGER_BUILD_DIR/tests/integration/plugin/plugins/polite.so
[ -f "$built" ] || skip "the polite plugin is not built"
mkdir "$plugins"
install -m 755 "$built" "$plugins"
cat >>"$config" <<YAML
plugins:
  path: [$plugins]
  entries:
    polite: {enabled: true}
YAML
ops() { banger op ls --json | jq -r ".[] | select(.state == \"$1\") | .id"; }
# In the background, where SIGINT would be ignored otherwise; sets pid and id.
begin_one() {
    env --default-signal=INT banger x polite job --do wait >"$root/out" 2>&1 &
    pid=$!
    within 30 one_runs || fail "no job runs: $(banger op ls) $(cat "$root/out")"
    id=$(ops running)
}
one_runs() { [ -n "$(ops running)" ]; }

step "it is seen through to its result"
banger x polite job --do count >"$root/out" 2>"$root/err" || fail "$(cat "$root/err")"
same "$(cat "$root/out")" "sheep  10" "the result"
same "$(banger x polite job --do count --json 2>/dev/null | jq -c .)" '{"sheep":10}' "the result as JSON"
must_fail 'no sheep here' banger x polite job --do fail
banger op show "$(ops failed)" | grep -q 'buy some' || fail "no hint: $(banger op show "$(ops failed)")"

step "Ctrl-C cancels it, and it cleans up"
begin_one
kill -INT $pid
wait $pid && fail "the end of a cancelled job is no success"
same "$(banger op show "$id" --json | jq -r '.state, .stages[-1].name' | xargs)" "cancelled sending them home" "the operation"

step "so does the end of the daemon"
begin_one
banger daemon stop
wait $pid && fail "the end of a cancelled job is no success"
same "$(banger op show "$id" --json | jq -r .state)" cancelled "the operation of a stopped daemon"

step "after a kill it is told as failed"
begin_one
kill -9 "$(banger daemon status --json | jq .pid)"
wait $pid && fail "the end of a killed daemon is no success"
same "$(banger op show "$id" --json | jq -r .state)" failed "the operation of a killed daemon"

step "a plugin's line in the daemon's status"
banger daemon status | grep -qE '^pulse +72$' || fail "daemon status: $(banger daemon status)"
