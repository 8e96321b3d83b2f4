#!/usr/bin/env bash
# VMs that stop and start by themselves: idle, at the end of their lifetime, when this machine has come up.
. "$(dirname "$0")/lib.sh"

for program in jq script; do command -v $program >/dev/null || skip "no $program (scripts/deps.sh)"; done

exit_reason() { field "$1" exit.reason; }

step "what is wrong is refused, and leaves nothing"
must_fail 'autostart' banger vm create --name bad --autostart maybe
must_fail 'idle-stop' banger vm create --name bad --idle-stop soon
must_fail 'max_lifetime_s must be at most' banger vm create --name bad --max-lifetime 900d
expect_vms

step "two VMs"
banger vm create --name quiet --idle-stop 30m >"$root/create" 2>&1 &
banger vm create --name brief --autostart last
wait $! || fail "$(cat "$root/create")"
banger vm ls >"$root/ls"
! grep -q '^brief.* in ' "$root/ls" || fail "$(cat "$root/ls")"

step "who is logged in is told before the lifetime ends"
lifetime=$(($(date +%s) - $(date +%s -d "$(field brief started_at)") + 40))
banger vm set brief --max-lifetime ${lifetime}s
period=$((lifetime % 60))s
[ $lifetime -lt 60 ] || period=$((lifetime / 60))m$([ "$period" = 0s ] || echo "$period")
banger vm ls | grep -E '^NAME .* STOPS' || fail "$(banger vm ls)"
banger vm show brief | grep -E "^lifetime +$period; stops in [0-9]+s" || fail "$(banger vm show brief)"
# A terminal on both sides, as a person has it.
script -qec 'banger vm ssh brief' "$root/session" </dev/null >/dev/null 2>&1 &
session=$!
within 90 state_is brief stopped || fail "$(banger vm show brief)"
wait $session || true
grep -q "This VM will be stopped in .*: it has --max-lifetime $period" "$root/session" || fail "$(cat "$root/session")"
same "$(exit_reason brief)" "stopped by banger: it ran for $period" "reason"
same "$(field brief exit.cause)" poweroff "how it ended"

step "a guest in which nothing happens is stopped"
banger vm set quiet --idle-stop 5s # not before: a fast machine stops it while the other one is waited for
busy=$(banger vm show quiet)
grep -E '^idle stop +after 5s; (not idle: (load|[0-9]+ % of a CPU|network|1 login)|idle for)' <<<"$busy" || fail "$busy"
within 240 state_is quiet stopped || fail "$(banger vm show quiet)"
same "$(exit_reason quiet)" "stopped by banger: it was idle for 5s" "reason"
grep -q 'VM quiet will be stopped in .*: then it was idle for 5s' "$log" || fail "no warning before"

step "what ran when this machine went down comes back with it"
banger vm set brief --max-lifetime off
banger vm start brief
banger vm exec brief -- sh -c 'echo kept >/root/f; sync'
kill_daemon
pkill -KILL -x banger-vm
within 10 no_vmm || fail "a VMM outlived its supervisor"
cat /proc/sys/kernel/random/uuid >"$root/boot_id" # the kernel's random id of a boot is as such a one
mount --bind "$root/boot_id" /proc/sys/kernel/random/boot_id
banger daemon start
within 200 state_is brief running || fail "$(banger vm show brief)"
same "$(banger vm exec brief -- cat /root/f)" kept "file"
expect_state quiet stopped

step "a daemon alone that is restarted starts nothing"
banger vm stop brief
banger vm set brief --autostart on
banger daemon restart
banger vm ls >/dev/null
within 20 banger vm wait brief --for stopped --timeout 5s
sleep 2
expect_state brief stopped
umount /proc/sys/kernel/random/boot_id
