#!/usr/bin/env bash
# A plugin ends bangerd in a hook, in each manner: the next one undoes the start, VMs run on, and after three times the
# plugin is in quarantine, from which there is a way back with and without a daemon.
. "$(dirname "$0")/../lib.sh"

[ -f "$BANGER_BUILD_DIR/tests/plugins/saboteur.so" ] || skip "the saboteur plugin is not built"
plugins=$root/plugins dir=$root/saboteur
mkdir "$dir" "$plugins"
cp "$BANGER_BUILD_DIR/tests/plugins/saboteur.so" "$plugins"
configure() { # [ENTRY]
    cp "$root/default-config" "$config"
    cat >>"$config" <<YAML
plugins:
  path: [$plugins]
  entries:
    saboteur: {enabled: true, ${1:+$1, }config: {dir: $dir}}
YAML
}
order() { printf '%s %s\n' "$@" >"$dir/order"; }
plugin_state() { banger plugin ls --json | jq -r '.[] | select(.id == "saboteur") | .state'; }
findings() { (banger doctor --json || true) | jq -r '.checks[] | select(.id | startswith("plugin")) | "\(.severity) \(.title) \(.fix)"'; }
held() { find "$dir" -name 'made-*' -o -name 'held-*' | wc -l; }
no_daemon() { ! daemon_pid; }
only_keep() { [ "$(vm_names)" = keep ]; }
sanitized=
ldd "$BANGER_BUILD_DIR/bin/bangerd" | grep -q libasan && sanitized=1
# crash HOW SIGNAL: a start of VM b ends bangerd like that.
crash() {
    order before_start "$1"
    must_fail 'plugin saboteur ended bangerd .* in before_start of VM b; (it is in|[12] of 3 before) quarantine' banger vm create --name b
    order none -
    if [[ $sanitized && ( $1 = segv || $1 = overflow ) ]]; then
        compgen -G "$root/sanitizer.*" >/dev/null || fail "the sanitizer did not tell of $1"
        grep -qhE 'SEGV|stack-overflow' "$root"/sanitizer.* || fail "not a report of $1"
    fi
    rm -f "$root"/sanitizer.*
    vm_names >/dev/null # starts the next daemon
    grep -q "plugin saboteur: ended bangerd in before_start of VM b: $2" "$log" || fail "not told: $1"
}
configure
banger vm create --name keep >/dev/null
vmm=$(vmm_pids)
held_by_keep=$(held)

step "killed from outside: told, not counted"
order before_start crash
must_fail 'bangerd|daemon|connection' banger vm create --name b
order none -
within 30 only_keep || fail "not undone: $(banger vm ls)"
grep -q 'plugin saboteur: bangerd was killed while the plugin was in before_start of VM b; not counted' "$log" || fail "not told"
grep -q 'info plugin saboteur was in before_start of VM b when bangerd was killed' <<<"$(findings)" || fail "doctor: $(findings)"

step "a fault and an overflow: undone by the next bangerd"
crash segv SIGSEGV
within 30 only_keep || fail "not undone: $(banger vm ls)"
same "$(held)" "$held_by_keep" "what the plugin holds after a fault"
grep -q 'warning plugin saboteur ended bangerd at .* in before_start of VM b: SIGSEGV (1 of the 3' <<<"$(findings)" || fail "doctor: $(findings)"
crash overflow SIGSEGV
within 30 only_keep || fail "not undone: $(banger vm ls)"
same "$(plugin_state)" active "after two"

step "the third: in quarantine, its records kept, VMs run on"
crash exit 'exit()'
same "$(plugin_state)" quarantined "after three"
expect_state keep running
same "$(vmm_pids)" "$vmm" "the VMM of keep"
banger plugin show saboteur | grep -q 'ended bangerd 3 times within 10 minutes, the last time at .* in before_start of VM b: exit()' ||
    fail "$(banger plugin show saboteur)"
grep -q 'error plugin saboteur is quarantined: .* banger plugin release saboteur, then banger daemon restart' <<<"$(findings)" ||
    fail "doctor: $(findings)"
[ "$(held)" -gt "$held_by_keep" ] || fail "undone by a plugin that is not loaded"
banger daemon stop
banger vm ls >/dev/null
same "$(plugin_state)" quarantined "one bangerd later"

step "released with bangerd up; what was left is undone"
must_fail 'conflict|not in quarantine' banger plugin release tap-pool
must_fail nobody banger plugin release nobody
banger plugin release saboteur | grep -q 'released' || fail "not released"
same "$(plugin_state)" quarantined "until bangerd starts again"
banger plugin show saboteur | grep -q 'released; it is loaded when bangerd starts' || fail "$(banger plugin show saboteur)"
banger daemon restart
same "$(plugin_state)" active "after the release"
within 60 only_keep || fail "not undone: $(banger vm ls)"
same "$(held)" "$held_by_keep" "what the plugin holds at last"

step "ends without a word at each start, in the same call: in quarantine by suspicion"
banger daemon stop
order on_start crash
for _ in 1 2 3; do
    banger vm ls >/dev/null 2>&1 || true # starts bangerd, as far as it comes
    within 60 no_daemon || fail "bangerd lives with a plugin that ends it"
done
order none -
same "$(plugin_state)" quarantined "after three ends without a word"
[ "$(grep -c 'bangerd ended without a word while the plugin was in on_start, before it was ready; counted' "$log")" = 3 ] || fail "not told"
banger plugin show saboteur | grep -q 'bangerd ended without a word while it was in on_start, before it was ready, 3 times within 10 minutes, which makes it suspect' ||
    fail "$(banger plugin show saboteur)"
expect_state keep running
banger plugin release saboteur >/dev/null
banger daemon restart
same "$(plugin_state)" active "after that release"

step "a required one keeps bangerd from starting; released without it"
configure 'required: true'
banger daemon restart
for how in 'abort SIGABRT' 'segv SIGSEGV'; do
    # shellcheck disable=SC2086
    crash $how
    within 30 only_keep || fail "not undone: $(banger vm ls)"
done
order before_start abort
must_fail 'bangerd|daemon|connection' banger vm create --name b
order none -
must_fail 'required plugin saboteur did not load: it ended bangerd 3 times.*banger plugin release saboteur' banger vm ls
grep -q 'error plugin saboteur is quarantined' <<<"$(findings)" || fail "doctor without bangerd: $(findings)"
banger plugin release saboteur | grep -q released || fail "not released"
must_fail 'not in quarantine' banger plugin release saboteur
rm -f "$root"/sanitizer.*
within 60 only_keep || fail "not undone: $(banger vm ls)"
same "$(plugin_state)" active "after the release without bangerd"
expect_state keep running
same "$(vmm_pids)" "$vmm" "the VMM of keep"
