#!/usr/bin/env bash
# Registers the Void image with the banger that is in use and takes one VM of it through its life.
set -euo pipefail
void_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=manifest.sh
. "$void_dir/manifest.sh"
# shellcheck source-path=SCRIPTDIR source=staging.sh
. "$void_dir/staging.sh"

usage() {
    cat <<'TEXT'
usage: runtime/void/verify.sh [--image NAME] [--banger PROGRAM] [--rootfs DIR] [--kernel DIR] [--docker]
  --image NAME       what the image is registered as (default void-exp); it stays registered
  --banger PROGRAM   the banger to use (default: the one in PATH, else a just built one)
  --rootfs DIR       what make-rootfs.sh left (default runtime/void-rootfs)
  --kernel DIR       what make-kernel.sh left (default runtime/void-kernel)
  --docker           also: Docker answers in the VM
The VM goes in any case. Exit status 0 when all steps went well, 1 when one did not, 130 when interrupted.
TEXT
}

image=void-exp program='' docker=no
while [ $# -gt 0 ]; do
    case $1 in
    --image) image=${2:?--image takes a name} && shift ;;
    --banger) program=${2:?--banger takes a program} && shift ;;
    --rootfs) VOID_ROOTFS_OUT=${2:?--rootfs takes a folder} && shift ;;
    --kernel) VOID_KERNEL_OUT=${2:?--kernel takes a folder} && shift ;;
    --docker) docker=yes ;;
    -h | --help) usage && exit 0 ;;
    *) echo "error: unknown option $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done
banger=${program:-$(command -v banger || built bin/banger)}
command -v "$banger" >/dev/null || fail "$banger is no program" "--banger names one"
[ -f "$VOID_ROOTFS_OUT/rootfs.ext4" ] || fail "there is no root file system in $VOID_ROOTFS_OUT" "make rootfs-void"
[ -f "$VOID_ROOTFS_OUT/work-seed.ext4" ] || fail "there is no work seed in $VOID_ROOTFS_OUT" "make rootfs-void"
[ -f "$VOID_KERNEL_OUT/vmlinux" ] || fail "there is no kernel in $VOID_KERNEL_OUT" "make void-kernel"
rootfs=$(realpath -- "$VOID_ROOTFS_OUT") kernel=$(realpath -- "$VOID_KERNEL_OUT")

vm=void-verify-$$
said=$(mktemp)
leave() {
    local status=$1
    trap - EXIT
    trap '' INT TERM
    if "$banger" vm show "$vm" >/dev/null 2>&1; then "$banger" vm delete --force "$vm" >/dev/null || status=1; fi
    rm -f "$said"
    exit "$status"
}
trap 'leave $?' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# step NAME NEXT COMMAND...
step() {
    local name=$1 next=$2 begin status=0
    shift 2
    begin=$(date +%s%3N)
    "$@" >"$said" 2>&1 </dev/null || status=$?
    if [ $status = 0 ]; then
        printf '  ok %-32s %8s ms\n' "$name" $(($(date +%s%3N) - begin))
        return
    fi
    { echo "FAILED $name" && tail -n 25 "$said" | sed 's/^/  | /' && echo "  next: $next"; } >&2
    exit 1
}
in_vm() { "$banger" vm exec "$vm" -- "$@"; }
expect() { [ "$1" = "$2" ] || { echo "expected '$2', got '$1'" && return 1; }; }

# The ELF kernel: Firecracker before 1.17 boots no other, and QEMU boots it quicker.
register() {
    "$banger" image register "$image" --rootfs "$rootfs/rootfs.ext4" --kernel "$kernel/vmlinux" \
        --initrd "$kernel/initramfs.img" --modules "$kernel/modules" --work-seed "$rootfs/work-seed.ext4"
}
create() { "$banger" vm create --name "$vm" --image "$image"; }
exec_in() {
    local id
    # shellcheck disable=SC2016
    id=$(in_vm sh -c '. /etc/os-release && echo $ID') || return
    expect "$id" void && expect "$(in_vm uname -r)" "$(basename "$kernel"/modules/*)" && expect "$(in_vm hostname)" "$vm"
}
shells() {
    # shellcheck disable=SC2016
    expect "$(in_vm sh -c 'echo $SHELL')" /bin/bash && in_vm test ! /bin/sh -ef /bin/bash
}
by_agent() { expect "$("$banger" vm exec --agent "$vm" -- uname -s)" Linux; }
# A module that no initramfs loads, and Docker needs.
modules() { in_vm modprobe veth && in_vm test -d /sys/module/veth; }
unpacked() {
    local list
    list=$(in_vm xbps-query -l) && [ -n "$list" ] && expect "$(grep -v '^ii' <<<"$list")" ''
}
docker_in() {
    local i
    for i in $(seq 60); do
        if in_vm docker info >/dev/null 2>&1; then break; fi
        [ "$i" != 60 ] || { in_vm docker info && return 1; }
        sleep 2
    done
    in_vm docker compose version
}
delete() { "$banger" vm delete --force "$vm"; }

echo "verifying $image with $banger"
step "register $image" "the message above" register
step create "banger vm logs $vm shows the guest's console" create
step exec "does sshd run? banger vm console $vm" exec_in
step "a module of the kernel loads" "in the VM: depmod, dmesg" modules
step "bash for root, /bin/sh not" "runtime/rootfs/void/customize, alternatives" shells
step "the agent answers" "in the VM: sv status banger-agent" by_agent
step "no package is half configured" "in the VM: xbps-reconfigure -a; then banger vm commit" unpacked
[ $docker = no ] || step docker "in the VM: sv status docker" docker_in
step delete "banger doctor --leaks" delete
echo "all is well"
