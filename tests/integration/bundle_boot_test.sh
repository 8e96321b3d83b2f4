#!/usr/bin/env bash
# Boots a runtime bundle by a bare QEMU and looks at the guest over SSH.
# usage: bundle_boot_test.sh [BUNDLE]   (default: $BANGER_RUNTIME_DIR, else runtime/bundle of this tree)
# Works in a network namespace and a temporary folder of its own and leaves nothing. Exit status 77: cannot run here.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
bundle=${1:-${BANGER_RUNTIME_DIR:-$here/../../runtime/bundle}}
skip() { echo "SKIP: $*" && exit 77; }

if [ "${BUNDLE_BOOT_INSIDE:-}" != yes ]; then
    [ -f "$bundle/bundle.json" ] || skip "no bundle in $bundle (make runtime-bundle)"
    for tool in qemu-system-x86_64 ip ssh ssh-keygen mke2fs cpio base64; do
        command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
    [ -w /dev/net/tun ] || skip "/dev/net/tun is missing or not writable"
    private=(unshare --net)
    [ "$(id -u)" = 0 ] || private=(unshare --net --map-root-user)
    "${private[@]}" true 2>/dev/null || skip "this machine lets us make no network namespace"
    BUNDLE_BOOT_INSIDE=yes exec "${private[@]}" "$0" "$(cd "$bundle" && pwd)"
fi

PATH=$PATH:/usr/sbin:/sbin
dir=$(mktemp -d)
qemu=
cleanup() {
    [ -z "$qemu" ] || kill -9 "$qemu" 2>/dev/null || true
    rm -rf "$dir"
}
trap cleanup EXIT
cd "$dir"
fail() {
    echo "FAIL: $*" >&2
    [ ! -f console.log ] || { echo "--- console" && tail -n 40 console.log; } >&2
    exit 1
}
check() { # check WHAT EXPECTED ACTUAL
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
    echo "ok: $1"
}
now_ms() { date +%s%3N; }

ip link set lo up
ip tuntap add dev tap0 mode tap
ip addr add 10.99.0.1/24 dev tap0
ip link set tap0 up

# $1: the root mode. Leaves initrd.img, the bundle's initramfs with our configuration appended.
write_config() {
    mkdir -p config/banger
    cat >config/banger/config.json <<JSON
{"version":1,"hostname":"bundletest","domain":"vm","machine_id":"00112233445566778899aabbccddeeff","root":{"mode":"$1"},
 "network":[{"name":"eth0","mac":"02:00:00:00:99:02","address":"10.99.0.2/24","gateway":"10.99.0.1","mtu":1500}],
 "resolv":{"nameservers":["10.99.0.1"],"search":["vm"]},"hosts":[{"address":"127.0.1.1","names":["bundletest.vm","bundletest"]}],
 "authorized_keys":{"root":["$(cat key.pub)"]},
 "ssh_host_keys":[{"type":"ed25519","private":"$(sed ':a;N;$!ba;s/\n/\\n/g' hostkey)\n","public":"$(cat hostkey.pub)"}],
 "files":[{"path":"/etc/banger-test","mode":384,"data":"$(printf 'from the host' | base64)"}],
 "entropy":"$(head -c 64 /dev/urandom | base64 -w0)","time_unix_ns":$(date +%s%N)}
JSON
    (cd config && find . | cpio --quiet -o -H newc) >config.cpio
    cat "$bundle/initramfs.img" config.cpio >initrd.img
    truncate -s %4096 initrd.img # as image::write_initrd, which says why
}

like= # firecracker: no serials of disks, a keyboard instead of a power button, its kernel arguments
# Starts QEMU with the disks given as FILE:SERIAL:OPTIONS, its monitor on descriptor 7.
start() {
    started_with=("$@")
    local disks=() disk file serial options args="reboot=t" names=
    for disk in "$@"; do
        IFS=: read -r file serial options <<<"$disk"
        names+=${names:+,}$serial
        disks+=(-drive "id=$serial,file=$file,format=raw,if=none$options"
            -device "virtio-blk-device,drive=$serial$([ "$like" = firecracker ] || echo ",serial=$serial")")
    done
    if [ "$like" = firecracker ]; then
        disks+=(-device i8042)
        args="reboot=k i8042.noaux i8042.nomux i8042.dumbkbd banger.poweroff=reboot banger.disks=$names"
    fi
    rm -f console.log monitor && mkfifo monitor
    local khz
    khz=$(awk '/^cpu MHz/ {printf "%d", $4 * 1000; exit}' /proc/cpuinfo)
    qemu-system-x86_64 -M microvm,acpi=on,pic=off -accel tcg,thread=multi,tb-size=256 -cpu max -smp 1 -m 384 \
        -nodefaults -no-user-config -display none -no-reboot -monitor stdio \
        -chardev file,id=con,path=console.log -serial chardev:con -kernel "$bundle/vmlinux" -initrd initrd.img \
        -append "console=ttyS0 $args panic=-1 quiet cryptomgr.notests tsc_early_khz=$khz tsc=reliable banger.lapic_hz=62500000 banger.debug" "${disks[@]}" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device virtio-net-device,netdev=n0,mac=02:00:00:00:99:02 \
        -device virtio-rng-device <monitor >/dev/null 2>qemu.err &
    qemu=$!
    exec 7>monitor
    started=$(now_ms)
}

# Waits for the end of QEMU, at most $1 seconds.
ended() {
    local deadline=$(($(now_ms) + $1 * 1000))
    while kill -0 "$qemu" 2>/dev/null; do
        [ "$(now_ms)" -lt "$deadline" ] || return 1
        sleep 0.05
    done
    exec 7>&-
    wait "$qemu" && qemu=
}

guest() {
    ssh -F none -i key -o BatchMode=yes -o LogLevel=ERROR -o StrictHostKeyChecking=yes -o UserKnownHostsFile=known_hosts \
        -o ConnectTimeout=60 root@10.99.0.2 "$@"
}

wait_for_ssh() {
    local deadline=$(($(now_ms) + 240000))
    until guest true 2>ssh.err; do
        if ! kill -0 "$qemu" 2>/dev/null; then
            # A busy machine lets a kernel measure its timer wrongly; then it begins again, as under bangerd.
            grep -q "the timer is out of tune" console.log || fail "QEMU ended: $(cat qemu.err)"
            exec 7>&-
            start "${started_with[@]}"
        fi
        [ "$(now_ms)" -lt "$deadline" ] || fail "no SSH after 240 s: $(cat ssh.err)"
        sleep 0.1
    done
    echo "ok: SSH login $(($(now_ms) - started)) ms after the start of QEMU"
}

ssh-keygen -q -t ed25519 -N '' -f key
ssh-keygen -q -t ed25519 -N '' -f hostkey
echo "10.99.0.2 $(cut -d' ' -f1,2 hostkey.pub)" >known_hosts
cp --sparse=always --reflink=auto "$bundle/work-seed.ext4" work.ext4
truncate -s 1G work.ext4
truncate -s 64M overlay.ext4
mke2fs -q -F -t ext4 -b 4096 -L bgr-overlay overlay.ext4
truncate -s 512M overlay.ext4

echo "== first boot: overlay mode"
write_config overlay
start "$bundle/rootfs.ext4:base:,readonly=on" overlay.ext4:overlay: work.ext4:work:
wait_for_ssh
check "host name" bundletest "$(guest hostname)"
check "full name" bundletest.vm "$(guest hostname -f)"
check "machine id" 00112233445566778899aabbccddeeff "$(guest cat /etc/machine-id)"
check "file from the host" "600 from the host" "$(guest 'stat -c %a /etc/banger-test | tr "\n" " "; cat /etc/banger-test')"
check "root is an overlay" overlay "$(guest stat -f -c %T / | sed 's/overlayfs/overlay/')"
check "/root is a disk of its own" ext2/ext3 "$(guest stat -f -c %T /root)"
check "/root is private" "700 0" "$(guest "stat -c '%a %u' /root")"
[ "$(guest 'df -m --output=size /root | tail -1')" -gt 900 ] || fail "the work disk was not grown to 1 GiB"
[ "$(guest 'df -m --output=size / | tail -1')" -gt 400 ] || fail "the overlay disk was not grown to 512 MiB"
echo "ok: disks grown to their size"
check "kernel modules load" "" "$(guest 'modprobe tun && modprobe veth && test -c /dev/net/tun' 2>&1)"
before=$(date +%s) && guest_time=$(guest date +%s) && after=$(date +%s)
[ "$guest_time" -ge $((before - 5)) ] && [ "$guest_time" -le $((after + 5)) ] || fail "clock: guest $guest_time, host $before to $after"
echo "ok: clock within 5 s"
check "no unit failed" "" "$(guest systemctl --failed --no-legend --plain)"
check "no host key of the image" 1 "$(guest 'ls /etc/ssh/ssh_host_*_key | wc -l')"
guest 'echo kept > /root/f; echo kept > /etc/f; mv /usr/share/bash-completion /usr/share/renamed; sync'
stopping=$(now_ms)
guest systemctl poweroff || true
ended 60 || fail "poweroff did not end QEMU"
echo "ok: poweroff ended QEMU after $(($(now_ms) - stopping)) ms"

echo "== second boot: disks stay, ACPI power button"
write_config overlay
start "$bundle/rootfs.ext4:base:,readonly=on" overlay.ext4:overlay: work.ext4:work:
wait_for_ssh
check "files kept" "kept kept" "$(guest 'echo $(cat /root/f /etc/f)')"
check "renamed folder kept" yes "$(guest 'test -d /usr/share/renamed && ! test -e /usr/share/bash-completion && echo yes')"
# A press before acpid listens is lost, and "active" says no more than that it was started: press again, as the daemon does.
stopping=$(now_ms)
presses=0
until [ "$presses" -eq 12 ]; do
    echo system_powerdown >&7
    presses=$((presses + 1))
    ! ended 5 || break
done
[ -z "$qemu" ] || fail "the power button did not stop the guest"
echo "ok: power button ended QEMU after $(($(now_ms) - stopping)) ms, $presses press(es)"

echo "== as under Firecracker: disks told by their order, Ctrl-Alt-Del and poweroff end in a reset with a word before"
like=firecracker
for ask in "sendkey ctrl-alt-delete" "" reboot; do
    write_config overlay
    start "$bundle/rootfs.ext4:base:,readonly=on" overlay.ext4:overlay: work.ext4:work:
    wait_for_ssh
    check "the disks are where they belong" "kept kept" "$(guest 'echo $(cat /root/f /etc/f)')"
    check "links by their ids" vdc "$(guest 'udevadm trigger -c add -s block && udevadm settle && basename "$(readlink /dev/disk/by-id/virtio-work)"')"
    case $ask in
    sendkey*) echo "$ask" >&7 ;;
    reboot) guest systemctl reboot || true ;;
    *) guest systemctl poweroff || true ;;
    esac
    ended 60 || fail "${ask:-poweroff} did not end QEMU"
    check "a word of ${ask:-poweroff}" "$([ "$ask" = reboot ] && echo 0 || echo 1)" \
        "$(grep -c 'banger: power-off' console.log || true)"
done
like=

echo "== third boot: copy mode, after a crash"
write_config copy
cp --sparse=always --reflink=auto "$bundle/rootfs.ext4" root.ext4
start root.ext4:root: work.ext4:work:
wait_for_ssh
check "root is the copy" ext2/ext3 "$(guest stat -f -c %T /)"
guest 'echo crash > /root/g; sync'
kill -9 "$qemu" && wait "$qemu" 2>/dev/null || true
exec 7>&-
start root.ext4:root: work.ext4:work:
wait_for_ssh
check "journal recovered" crash "$(guest cat /root/g)"
kill -9 "$qemu" && wait "$qemu" 2>/dev/null || true
exec 7>&-

echo "== no disks: the reason stands on the console and the machine goes off"
start
ended 90 || fail "the guest without disks did not power off"
grep -q "banger-init: FATAL: mount the root file system: no disk 'root'" console.log || fail "no reason on the console"
echo "ok: $(grep -o 'FATAL.*' console.log)"
like=firecracker
start
ended 90 || fail "the guest without disks did not reset"
grep -q 'banger: power-off' console.log || fail "no word before the reset"
echo "PASS"
