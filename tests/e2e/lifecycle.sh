#!/usr/bin/env bash
# One VM from create to delete: ssh, exec, cp, logs, set, stop, start, restart, power-off from inside.
. "$(dirname "$0")/lib.sh"

step "create"
name=$(banger vm create --name a --json | jq -r .name)
same "$name" a "name in the result"
expect_state a running
expect_vms a
address=$(field a ip)
mac=$(field a mac)
banger vm show a | grep -q "$address" || fail "vm show does not tell the address"
banger vm show a --timings | grep -qi ssh || fail "no stage named ssh in the timings"

step "what plugins hold, by the API"
api() { # api METHOD PATH [BODY]: the status, then the body
    printf '%s %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" ${#3} "$3" |
        socat -t 10 - "UNIX-CONNECT:$run/bangerd.sock" | sed '1s/^[^ ]* \([0-9]*\).*/\1/; 2,/^\r$/d'
}
tap=$(api GET '/v1/footprint?vm=a' "" | tail -n +2 | jq -c '.objects[] | select(.kind == "tap")')
[ -e "/sys/class/net/$(jq -r .name <<<"$tap")" ] || fail "no tap as the footprint says: $tap"
same "$(jq -r '.plugin + " " + .state + " " + .vm' <<<"$tap")" "tap-pool in-use $(field a id)" "the tap of VM a"
api GET /v1/footprint "" | tail -n +2 | jq -e '.objects | map(.kind) | index("bridge")' >/dev/null ||
    fail "the footprint of all has no bridge"
same "$(api POST /v1/footprint/release "$tap" | head -n 1)" 409 "release of a tap in use"

step "exec, ssh"
same "$(banger vm exec a -- hostname)" a "hostname"
banger vm exec a -- uname -a | grep -q Linux || fail "no uname"
banger vm exec a -- cat /etc/os-release | grep -q '^ID=debian' || fail "no os-release"
same "$(banger vm exec a -- printf '%s|' 'a b' "c'd" '$HOME' '*')" "a b|c'd|\$HOME|*|" "quoted arguments"
same "$(echo through | banger vm exec a -- cat)" through "standard input"
status=0
banger vm exec a -- sh -c 'exit 7' || status=$?
same $status 7 "exit status of exec"
status=0
banger vm ssh a exit 9 </dev/null || status=$?
same $status 9 "exit status of ssh"
same "$(banger vm exec a -- cat /sys/class/net/eth0/address)" "$mac" "mac"

step "cp"
head -c 300000 /dev/urandom >"$root/file"
banger vm cp "$root/file" a:/root/file
banger vm cp a:/root/file "$root/back"
cmp "$root/file" "$root/back" || fail "cp changed the file"
mkdir -p "$root/dir/sub" && echo deep >"$root/dir/sub/f"
banger vm cp "$root/dir" a:/root/
same "$(banger vm exec a -- cat /root/dir/sub/f)" deep "copied folder"
must_fail 'no file' banger vm cp "$root/nosuch" a:/root/

step "logs, console, images, operations"
banger vm logs a -n 2000 | grep -q . || fail "the console log is empty"
banger image ls --json | jq -e 'map(.name) | index("debian")' >/dev/null || fail "image ls has no debian"
banger op ls --json | jq -e 'map(select(.kind == "create" and .target == "a" and .state == "succeeded")) | length == 1' \
    >/dev/null || fail "op ls does not know the create"
banger doctor >/dev/null || fail "doctor complains: $(banger doctor 2>&1)"

step "stop keeps the disks"
banger vm exec a -- sh -c 'echo hi > /root/f; echo system > /etc/marker; sync'
banger vm stop a
expect_state a stopped
same "$(field a exit.cause)" poweroff "cause of the stop"
banger vm stop a || fail "stopping a stopped VM is no error"
must_fail "not running|stopped" banger vm exec a -- true
same "$(vmm_pids)" "" "VMMs after the stop"

step "set, start"
root_mib=$(($(field a disk_mib) + 1024))
banger vm set a --vcpu 2 --memory 640M --disk ${root_mib}M
same "$(field a disk_mib)" $root_mib "size of the system disk after set"
must_fail "has $root_mib MiB.*only grow" banger vm set a --disk $((root_mib - 1))M
banger vm start a
same "$(banger vm exec a -- cat /root/f)" hi "file on the work disk"
same "$(banger vm exec a -- cat /etc/marker)" system "file on the system disk"
cmp "$root/file" <(banger vm exec a -- cat /root/file) || fail "the copied file changed over the stop"
same "$(banger vm exec a -- nproc)" 2 "vcpus after set"
memory=$(banger vm exec a -- awk '/MemTotal/ { print $2 }' /proc/meminfo)
[ "$memory" -gt $((540 * 1024)) ] || fail "memory after set: $memory KiB"
same "$(field a ip)" "$address" "address over a stop"
same "$(field a mac)" "$mac" "mac over a stop"
banger vm start a || fail "starting a running VM is no error"

step "disks grow, stopped and running"
mounted() { banger vm exec a -- df --output=size -BM "$1" | tail -n 1 | tr -dc 0-9; } # MiB
[ "$(mounted /)" -gt $((root_mib * 9 / 10)) ] || fail "/ has $(mounted /) MiB of $root_mib after the start"
work_mib=$(($(field a work_disk_mib) + 1024))
banger vm set a --work-disk ${work_mib}M
[ "$(mounted /root)" -gt $((work_mib * 9 / 10)) ] || fail "/root has $(mounted /root) MiB of $work_mib while it runs"
root_mib=$((root_mib + 1024))
banger vm set a --disk ${root_mib}M
[ "$(mounted /)" -gt $((root_mib * 9 / 10)) ] || fail "/ has $(mounted /) MiB of $root_mib while it runs"
field a warnings | grep -q "file system" && fail "a file system did not grow: $(field a warnings)"
same "$(banger vm exec a -- cat /root/f)" hi "file on the disk that grew"
banger vm exec a -- sh -c 'head -c 200000000 /dev/zero >/root/filled && sync && rm /root/filled'

step "restart"
boot=$(banger vm exec a -- cat /proc/sys/kernel/random/boot_id)
banger vm restart a
[ "$(banger vm exec a -- cat /proc/sys/kernel/random/boot_id)" != "$boot" ] || fail "restart did not boot"
same "$(banger vm exec a -- cat /root/f)" hi "file after the restart"

step "power-off from inside is a normal stop"
banger vm exec a -- systemctl poweroff || true
banger vm wait a --for stopped --timeout 60s
expect_state a stopped
same "$(field a exit.cause)" poweroff "cause of the power-off"
banger doctor | grep -qi crash && fail "doctor calls a power-off a crash"

step "delete"
banger vm delete --yes a
expect_vms
must_fail "no VM named 'a'" banger vm show a
