#!/usr/bin/env bash
# What a VM holds on the host is listed; what is left of VMs that are gone is found and freed, and nothing else.
. "$(dirname "$0")/lib.sh"

banger vm create --name a
step "what it holds"
banger vm show a --host
kinds=$(banger vm show a --host --json | jq -r '.[].kind' | sort -u | tr '\n' ' ')
same "$kinds" "address dns-name folder nft-element process run-folder tap " "kinds of objects"
same "$(banger vm show a --host --json | jq -r '[.[] | select(.kind == "process")] | length')" 2 "its processes"
same "$(banger doctor --leaks)" "nothing of banger is left over on this machine" "before any leak"

step "planted leaks"
mkdir -p "$data/vms/0123456789ab" "$data/vms/ba9876543210"
echo '{}' >"$data/vms/ba9876543210/vm.json"
mkdir -p "$XDG_RUNTIME_DIR/banger/vm/01234567"
mkfifo "$root/never"
(cd "$data/vms/0123456789ab" && exec bash -c 'printf vm:lost >/proc/self/comm; exec 3<>"$0"; read -r _ <&3' "$root/never") &
lost=$!
within 5 grep -q vm:lost "/proc/$lost/comm"
must_fail 'stray' banger doctor --leaks
same "$(banger doctor --leaks --json | jq -r '.[].kind' | sort | tr '\n' ' ')" "folder folder process run-folder " "what is left over"
must_fail 'without a terminal' banger doctor --leaks --fix
[ -d "$data/vms/0123456789ab" ] || fail "it was freed without a word"

step "freed, but for the disks of a VM without a record"
must_fail 'holds the disks' banger doctor --leaks --fix --yes
[ ! -d "$data/vms/0123456789ab" ] && [ ! -d "$XDG_RUNTIME_DIR/banger/vm/01234567" ] || fail "left: $(ls "$data/vms")"
! kill -0 $lost 2>/dev/null || fail "the process lives"
[ -f "$data/vms/ba9876543210/vm.json" ] || fail "disks were deleted"
rm -r "$data/vms/ba9876543210"
same "$(banger doctor --leaks)" "nothing of banger is left over on this machine" "after all is freed"
same "$(banger vm exec a -- echo ok)" ok "the VM beside it"
