#!/usr/bin/env bash
# kill -9 of bangerd at each privileged step of create and set, before the step or after it in turn: the next daemon
# finishes or undoes it, and nothing is left over. BANGER_BOTH=1 (make soak): of stop and delete too, before and after.
. "$(dirname "$0")/../lib.sh"

command -v nft >/dev/null || skip "no nft (scripts/deps.sh)"
nft list ruleset >"$root/rules-before"

# The helper with a counter in front: at the step that "$root/kill" names it ends the daemon instead of answering.
helper=$BANGER_BUILD_DIR/libexec/banger-priv
cp "$helper" "$root/priv"
cat >"$root/counting" <<TEXT
#!/bin/sh
case \$1 in links | version | *-show) exec "$root/priv" "\$@" ;; esac
number=\$(flock "$root/lock" sh -c 'n=\$((\$(cat "$root/steps") + 1)); echo \$n | tee "$root/steps"')
if [ "\$number" = "\$(cut -d' ' -f1 "$root/kill")" ]; then
    [ "\$(cut -d' ' -f2 "$root/kill")" = before ] || "$root/priv" "\$@" >/dev/null
    echo "\$1" >"$root/killed"
    kill -KILL \$(pgrep -x bangerd)
    exit 1
fi
exec "$root/priv" "\$@"
TEXT
chmod 755 "$root/counting"
mount --bind "$root/counting" "$helper"
awk '{ print $5 }' /proc/self/mountinfo | sort >"$root/mounts"
never() { echo "0 never" >"$root/kill" && echo 0 >"$root/steps"; }
never

settled() { banger vm ls --json | jq -e 'all(.[]; .operation == null and (.state | IN("running", "stopped", "crashed")))'; }
no_leaks() { banger doctor --leaks; }
# What vm ls says of a is so.
true_state() {
    if [ -z "$(vm_names)" ]; then
        no_vmm || fail "no VM, but a VMM runs"
        [ -z "$(ls "$data/vms" 2>/dev/null)" ] || fail "no VM, but: $(find "$data/vms")"
        return
    fi
    case $(field a state) in
    running)
        same "$(vmm_pids | wc -l)" 1 "VMMs of a VM that runs"
        same "$(timeout 60 banger vm exec a -- echo ok)" ok "a, which is said to run"
        ;;
    *) no_vmm || fail "a is $(field a state), but a VMM runs" ;;
    esac
}

# at_each_step PREPARE COMMAND...: until the command ends without having got to the step
at_each_step() {
    local prepare=$1 number=0 turn=before turns when
    shift
    while true; do
        number=$((number + 1))
        [ $turn = before ] && turn=after || turn=before
        turns=("$turn")
        [ -z "${BANGER_BOTH:-}" ] || turns=(before after)
        for when in "${turns[@]}"; do
            never
            $prepare
            within 30 settled || fail "$prepare did not settle"
            rm -f "$root/killed"
            echo 0 >"$root/steps"
            echo "$number $when" >"$root/kill"
            timeout 120 banger vm "$@" >"$root/out" 2>&1 || true
            sleep 0.3 # what it leaves to be done after its end
            never
            if [ ! -e "$root/killed" ]; then
                [ $number -gt 1 ] || fail "$1 took no privileged step"
                return
            fi
            step "vm $*: killed $when step $number, $(cat "$root/killed")"
            within 90 settled || fail "not settled: $(banger vm ls --json)"
            true_state
            within 10 no_leaks || fail "left over: $(banger doctor --leaks)"
        done
    done
}

nobody() { [ -z "$(vm_names)" ] || banger vm delete --force a; }
somebody() {
    [ -n "$(vm_names)" ] || banger vm create --name a
    state_is a running || banger vm start a
}

at_each_step nobody create --name a
at_each_step somebody set --no-nat a
nft list table inet "$(nft list tables | sed -n 's/^table inet \(banger_.*\)/\1/p')" | grep -q "$(field a ip)" &&
    fail "rules of a VM without NAT"
if [ -n "${BANGER_BOTH:-}" ]; then
    at_each_step somebody stop a
    at_each_step somebody delete --force a
fi

step "the host as it was"
nobody
banger daemon stop
same "$(nft list ruleset)" "$(cat "$root/rules-before")" "rules at the end"
