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
must_fail 'hint: add --yes' banger doctor --leaks --fix
[ -d "$data/vms/0123456789ab" ] || fail "it was freed without a word"

step "planted in the kernel"
tag=$(sed -n 's/.*tag=\([0-9a-z]*\).*/\1/p' /sys/class/net/banger/ifalias)
mine="banger uid=$(id -u) tag=$tag since=0"
ip tuntap add bgrplanted mode tap user "$(id -u)"
ip link set bgrplanted alias "$mine"
ip link add banger-old type bridge
ip link set banger-old alias "$mine"
nat=$(nft list tables | sed -n 's/^table inet \(banger_.*\)/\1/p')
guest=$(field a ip)
nft add element inet "$nat" open "{ ${guest%.*}.200 }"
nft add rule inet "$nat" prerouting tcp dport 4444 dnat ip to "${guest%.*}.200:44"
nft add table ip mine
nft add chain ip mine hers '{ type filter hook forward priority 0; }'
nft add rule ip mine hers iifname banger counter accept comment "\"$nat\""
planted="bridge nft-element nft-rule port tap "
in_kernel() { banger doctor --leaks --json 2>/dev/null | jq -r '.[].kind' | grep -vE 'folder|process' | sort | tr '\n' ' '; }
same "$(in_kernel)" "$planted" "what is left over in the kernel"
banger doctor --leaks --fix --yes >"$root/freed" 2>&1 || true
same "$(in_kernel)" "" "what is left over after: $(cat "$root/freed")"
ip link show bgrplanted >/dev/null 2>&1 && fail "the tap stayed"
ip link show banger-old >/dev/null 2>&1 && fail "the bridge stayed"
grep -qE 'comment "banger_|\.200' <<<"$(nft list ruleset)" && fail "rules stayed: $(nft list ruleset)"
nft delete table ip mine
same "$(banger vm exec a -- echo ok)" ok "the VM beside it"
mkdir -p "$data/vms/0123456789ab" "$XDG_RUNTIME_DIR/banger/vm/01234567"

step "doctor mends what somebody else took"
nft flush ruleset
echo 0 >/proc/sys/net/ipv4/ip_forward
for title in 'VMs do not reach what' 'VMs cannot ask for names' 'is not held to its own addresses'; do
    must_fail "$title" banger doctor
done
banger doctor --fix --yes
same "$(nft list tables | grep -c banger)" 3 "tables"
same "$(cat /proc/sys/net/ipv4/ip_forward)" 1 "forwarding"
tap=$(banger vm show a --host --json | jq -r '.[] | select(.kind == "tap") | .name')
ip link set "$tap" nomaster
must_fail 'running VMs have no network: a' banger doctor
ip link set "$tap" master banger
banger doctor
same "$(banger vm exec a -- echo ok)" ok "the VM"

step "a new daemon calls nothing of a running VM stray"
for _ in 1 2 3; do
    kill_daemon
    stray=$(banger doctor --leaks --json 2>&1 || true)
    jq -e 'all(.[]; .vm == null)' >/dev/null <<<"$stray" || fail "stray: $stray"
done

step "freed, but for the disks of a VM without a record"
mkdir "$data/vms/lost+found"
must_fail 'holds the disks' banger doctor --leaks --fix --yes
rmdir "$data/vms/lost+found" || fail "it is not ours, and was freed"
[ ! -d "$data/vms/0123456789ab" ] && [ ! -d "$XDG_RUNTIME_DIR/banger/vm/01234567" ] || fail "left: $(ls "$data/vms")"
! kill -0 $lost 2>/dev/null || fail "the process lives"
[ -f "$data/vms/ba9876543210/vm.json" ] || fail "disks were deleted"
same "$(banger doctor --leaks --fix --yes --json 2>/dev/null | jq -r '.left[].kind')" folder "what could not be freed"
rm -r "$data/vms/ba9876543210"
same "$(banger doctor --leaks)" "nothing of banger is left over on this machine" "after all is freed"
same "$(banger vm exec a -- echo ok)" ok "the VM beside it"

step "a VMM and its supervisor whose record is lost"
banger vm create --name lost
id=$(field lost id)
kill_daemon
rm "$data/vms/$id/vm.json" "$data"/banger.sqlite*
banger doctor --leaks || true
same "$(banger doctor --leaks --json | jq '[.[] | select(.kind == "process")] | length')" 2 "processes without a record"
banger doctor --leaks --fix --yes
same "$(banger doctor --leaks)" "nothing of banger is left over on this machine" "after all is freed"
expect_vms a
same "$(banger vm exec a -- echo ok)" ok "the VM beside it"
