#!/usr/bin/env bash
# A damaged database is kept aside; images and VM disks are found again, a running VM stays what it is.
. "$(dirname "$0")/../lib.sh"

banger vm create --name a
banger vm create --name b
banger vm exec a -- sh -c 'echo kept > /root/f; sync'
banger vm stop a
pid=$(field b pid)
rootfs=$BANGER_RUNTIME_DIR/$(jq -r .rootfs.path "$BANGER_RUNTIME_DIR/bundle.json")
banger image register mine --rootfs "$rootfs"
address=$(field a ip)
banger daemon stop

step "damaged"
rm -f "$data"/banger.sqlite-*
head -c 100000 /dev/urandom | dd of="$data/banger.sqlite" conv=notrunc status=none
expect_vms a b
ls "$data"/banger.sqlite.damaged-* >/dev/null || fail "the damaged file was not kept: $(ls "$data")"
banger doctor 2>&1 | grep -q damaged || fail "doctor does not tell"
expect_state a stopped
expect_state b running
same "$(field b pid)" "$pid" "pid of b"
same "$(field a ip)" "$address" "address of a"
banger image ls --json | jq -e 'map(.name) | index("mine")' >/dev/null || fail "the registered image is lost"
banger vm start a
same "$(banger vm exec a -- cat /root/f)" kept "disk of a"

step "gone altogether"
banger daemon stop
rm -f "$data"/banger.sqlite*
expect_vms a b
expect_state a running
banger vm create --name c
[ "$(field c ip)" != "$(field a ip)" ] && [ "$(field c ip)" != "$(field b ip)" ] || fail "c got an address twice"
