#!/usr/bin/env bash
# Three VMs at once beside a bad name; verbs on several targets finish all and name those that failed.
. "$(dirname "$0")/lib.sh"

step "three creates and a bad name at once"
for name in a b c 'bad name!'; do
    (banger vm create --name "$name" >"$root/${name// /_}.out" 2>&1 && echo 0 || echo $?) >"$root/${name// /_}.status" &
done
wait
for name in a b c; do same "$(cat "$root/$name.status")" 0 "create $name ($(tail -3 "$root/$name.out"))"; done
[ "$(cat "$root/bad_name!.status")" != 0 ] || fail "a bad name was taken"
grep -qi 'name' "$root/bad_name!.out" || fail "the bad name's message: $(cat "$root/bad_name!.out")"
expect_vms a b c

step "own address, key, machine-id and disk each"
for name in a b c; do
    banger vm exec "$name" -- sh -c "echo $name > /root/who; cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub
        cat /sys/class/net/eth0/address; ip -o -4 addr show eth0 | awk '{ print \$4 }'" >"$root/$name.facts"
done
same "$(sort "$root"/?.facts | uniq -d | wc -l)" 0 "facts that two VMs share"
for name in a b c; do same "$(banger vm exec $name -- cat /root/who)" $name "file of $name"; done
banger vm exec a -- ping -c 1 -W 5 "$(field b ip)" >/dev/null 2>&1 ||
    banger vm exec a -- bash -c "exec 3<>/dev/tcp/$(field b ip)/22" || fail "a does not reach b"

step "stop of three and one that is not there"
status=0
banger vm stop a nosuch b c >"$root/stop.out" 2>&1 || status=$?
[ $status != 0 ] || fail "stop with an unknown name succeeded"
grep -q "nosuch" "$root/stop.out" || fail "the unknown name is not told: $(cat "$root/stop.out")"
for name in a b c; do expect_state $name stopped; done

step "start and kill of two"
banger vm start a b
for name in a b; do same "$(banger vm exec $name -- cat /root/who)" $name "file of $name after start"; done
banger vm kill a b
for name in a b; do
    expect_state $name stopped
    same "$(field $name exit.cause)" killed "cause for $name"
done

step "delete of three"
banger vm delete --yes a b c
expect_vms
