#!/usr/bin/env bash
# The run folders vanish (a cleaner of old files, the end of a session) while a VM runs: it is never lost, never taken for
# ended, and never started a second time.
. "$(dirname "$0")/../lib.sh"

# remove FOLDER: with it goes the way to a connection that ssh keeps for ten minutes, so that is ended here.
remove() {
    rm -rf "${1:?}"
    pkill -x ssh || true
}
same_vm() {
    expect_state a running
    same "$(field a pid)" "$pid" "pid after $1"
    same "$(banger vm exec a -- cat /run/mark)" here "guest after $1"
    same "$(vmm_pids | wc -l)" 1 "VMMs after $1"
}

banger vm create --name a
pid=$(field a pid)
banger vm exec a -- sh -c 'echo here > /run/mark; echo kept > /root/f'

step "all of it, under the daemon"
daemon=$(daemon_pid)
remove "$run"
within 10 test -S "$run/bangerd.sock" || fail "the daemon does not serve again"
same_vm "the daemon's folder went"
same "$(daemon_pid)" "$daemon" "daemon"

step "all of it, while the daemon is away"
kill_daemon
remove "$run"
same_vm "its folder went"
must_fail 'runs|running' banger vm delete a
[ -S "$(field a paths.run)/sup.sock" ] || fail "the run folder is not made again"

step "a daemon of another session"
must_fail "process $(daemon_pid), socket $run/bangerd.sock" env XDG_RUNTIME_DIR="$root/other" banger vm ls
kill_daemon
remove "$run"
mkdir -p -m 700 "$root/other"
export XDG_RUNTIME_DIR=$root/other
same_vm "the session changed"
same "$(field a paths.run)" "$run/vm/$(field a id | cut -c1-8)" "run folder"
banger vm stop a
same "$(field a exit.cause)" poweroff "cause of a stop over a removed folder"
banger vm start a
same "$(field a paths.run)" "$root/other/banger/vm/$(field a id | cut -c1-8)" "run folder of a new start"
same "$(banger vm exec a -- cat /root/f)" kept "disk"
pid=$(field a pid)

step "no folder can be made: signals do"
kill_daemon
remove "$root/other/banger/vm"
: >"$root/other/banger/vm"
chmod 600 "$root/other/banger/vm"
must_fail 'folder|directory' banger vm ls # a daemon cannot start here either
export XDG_RUNTIME_DIR=$root/r
expect_state a running
same "$(field a pid)" "$pid" "pid"
banger vm stop a
within 5 no_vmm || fail "the VMM is left"
expect_state a stopped
banger vm start a
same "$(banger vm exec a -- cat /root/f)" kept "disk after a stop by signal"

step "under a guest that boots"
operation=$(banger vm create --name b --detach --json | jq -r .id)
booting() { [ "$(banger op show "$operation" --json | jq -r .stage)" = boot ]; }
within 30 booting || fail "b does not boot"
within 10 test -S "$run/vm/$(field b id | cut -c1-8)/sup.sock" || fail "no socket of b"
mv "$run/vm" "$root/moved" # of that no supervisor hears
banger op watch "$operation"
rm -r "$root/moved"
same "$(banger vm exec b -- echo here)" here "guest whose run folder went while it booted"
within 10 test -S "$(field b paths.run)/sup.sock" || fail "the run folder is not made again"
banger vm delete --force b

step "kill"
remove "$run/vm"
banger vm kill a
expect_state a stopped
within 5 no_vmm || fail "the VMM is left"
rm -rf "$root/other"
