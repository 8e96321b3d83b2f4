#!/usr/bin/env bash
# A plugin fails in each hook, in each manner: the operation says plugin, hook and cause, and all is given back.
. "$(dirname "$0")/../lib.sh"

plugins=$BANGER_BUILD_DIR/tests/plugins
[ -f "$plugins/saboteur.so" ] || skip "the saboteur plugin is not built"
dir=$root/saboteur
mkdir "$dir"
cat >>"$config" <<YAML
plugins:
  path: [$plugins]
  entries:
    saboteur: {enabled: true, config: {dir: $dir}}
YAML
order() { printf '%s %s\n' "$@" >"$dir/order"; }
given_back() {
    same "$(find "$dir" -name 'made-*' -o -name 'held-*' | wc -l)" "$1" "what the plugin still holds ($2)"
}

step "a create: each hook, each manner"
for hook in before_create before_start contribute validate after_start after_create; do
    for how in error silent throw hang; do
        # One that boots a VM is slow: there the plain error will do.
        [[ $hook != after_* || $how == error ]] || continue
        order $hook $how
        must_fail "saboteur.*$hook|$hook.*saboteur" banger vm create --name a
        [ $how != error ] || grep -q 'sabotage as ordered' <<<"$said" || fail "not the plugin's words: $said"
        expect_vms
        given_back 0 "$hook $how"
        same "$(vmm_pids)" "" "VMMs after $hook $how"
        [ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "left: $(find "$data/vms")"
        [ $how != throw ] || banger daemon stop # a plugin that let an exception out is not asked again
    done
done

step "the daemon dies in a hook"
for hook in before_create before_start; do
    order $hook crash
    must_fail 'bangerd|daemon|connection' banger vm create --name a
    order none -
    within 30 no_vms || fail "not undone: $(banger vm ls)"
    given_back 0 "crash in $hook"
done


step "an undo that fails keeps its record and is done later"
order before_start error undo error
must_fail 'a is cleanup-pending until plugin saboteur has given back what was taken' banger vm create --name a
same "$(vm_names)" a "a VM that is not given back yet"
expect_state a cleanup-pending
must_fail 'exists|taken|cleanup' banger vm create --name a
order none -
banger daemon stop # the next one tries again
within 60 no_vms || fail "not cleaned up: $(banger vm ls)"
given_back 0 "after the undo"

step "on_ready reports, the VM runs"
order on_ready error
banger vm create --name a >"$root/out" 2>&1 || fail "on_ready vetoed: $(cat "$root/out")"
expect_state a running
banger vm show a --json | jq -e '.warnings | tostring | test("saboteur")' >/dev/null || fail "no warning: $(banger vm show a)"

step "a stop"
order before_stop error
must_fail "saboteur.*before_stop|before_stop.*saboteur" banger vm stop a
expect_state a running
order after_stop error
banger vm stop a >"$root/out" 2>&1 || true
same "$(vmm_pids)" "" "VMMs after after_stop failed"
[[ $(field a state) =~ ^(stopped|cleanup-pending)$ ]] || fail "a is $(field a state)"
given_back 1 "after_stop failed, so the start was undone"

step "a start"
for how in error hang; do
    order before_start $how
    must_fail "saboteur.*before_start|before_start.*saboteur" banger vm start a
done
order none -
within 30 state_is a stopped || fail "a is $(field a state)"
banger vm start a
banger vm stop a
given_back 1 "a stopped VM holds made only"

step "a delete"
order before_delete error
must_fail "saboteur.*before_delete|before_delete.*saboteur" banger vm delete --yes a
expect_vms a
expect_state a stopped
order after_delete error
banger vm delete --yes a >"$root/out" 2>&1 || true
order none -
within 60 no_vms || banger vm delete --force a
expect_vms
given_back 0 "after the delete"
