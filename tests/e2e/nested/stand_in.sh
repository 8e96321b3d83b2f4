#!/bin/bash
# Stands in for Firecracker in L1 where nobody has its program: the same command line, API, hybrid vsock and ends, and QEMU
# with KVM behind them. So what is tested is banger and its guests: the order of requests, disks without serials, a power-off
# that must be a reset. What Firecracker itself makes of them is not. It needs socat, jq and /dev/vhost-vsock.
# usage: stand_in.sh --version | --id ID --api-sock SOCKET [OPTION VALUE]...
set -uo pipefail
export LC_ALL=C # bytes, not characters
self=$(realpath "$0")
version=1.15.1

# One connection to the API: requests in, answers out. $1 is where their bodies are kept.
serve() {
    local dir=$1 method path rest header length body
    answer() { # STATUS [BODY]
        if [ $# = 1 ]; then
            printf 'HTTP/1.1 %s\r\nServer: Firecracker API\r\nConnection: keep-alive\r\n\r\n' "$1"
        else
            printf 'HTTP/1.1 %s\r\nServer: Firecracker API\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
                "$1" ${#2} "$2"
        fi
    }
    qmp() { printf '%s\n' '{"execute":"qmp_capabilities"}' "$1" | socat -t 2 - "UNIX-CONNECT:$dir/qmp" >/dev/null; }
    local ctrl_alt_del='{"execute":"send-key","arguments":{"keys":[{"type":"qcode","data":"ctrl"},{"type":"qcode","data":"alt"},{"type":"qcode","data":"delete"}]}}'
    while read -r method path rest; do
        length=0
        while IFS= read -r header; do
            header=${header%$'\r'}
            [ -n "$header" ] || break
            case ${header,,} in
            content-length:*) length=${header#*:} && length=${length// /} ;;
            expect:*) printf 'HTTP/1.1 100 Continue\r\n\r\n' ;;
            esac
        done
        body=
        [ "$length" = 0 ] || IFS= read -r -N "$length" body
        case $method$path$body in
        GET/version*) answer '200 OK' "{\"firecracker_version\":\"$version\"}" ;;
        GET/) answer '200 OK' "{\"app_name\":\"Firecracker\",\"id\":\"stand-in\",\"state\":\"Not started\",\"vmm_version\":\"$version\"}" ;;
        GET*) answer '400 Bad Request' '{"fault_message":"The stand-in does not know this."}' ;;
        PUT/actions*InstanceStart*)
            echo start >"$dir/begin"
            answer '204 No Content'
            ;;
        PUT/actions*SendCtrlAltDel*) qmp "$ctrl_alt_del" && answer '204 No Content' ;;
        PATCH/vm*Paused*) qmp '{"execute":"stop"}' && answer '204 No Content' ;;
        PATCH/vm*Resumed*) qmp '{"execute":"cont"}' && answer '204 No Content' ;;
        *)
            if [ -e "$dir/qmp" ] && [ "$method" = PUT ]; then
                answer '400 Bad Request' '{"fault_message":"The requested operation is not supported after starting the microVM."}'
            else
                printf '%s\n' "$body" >>"$dir/$(cut -d/ -f2 <<<"$path")"
                answer '204 No Content'
            fi
            ;;
        esac
    done
}

# One connection to the vsock's socket: CONNECT to a port of the guest, OK when something listens there. It is connected to
# twice, as socat says nothing when it succeeds.
dial() {
    local cid=$1 word port
    read -r word port || return
    [ "$word" = CONNECT ] || return
    socat -u OPEN:/dev/null "VSOCK-CONNECT:$cid:$port" 2>/dev/null || return
    echo "OK 1073741824"
    exec socat - "VSOCK-CONNECT:$cid:$port" 2>/dev/null
}

case ${1-} in
--version) printf 'Firecracker v%s\n\n' $version && exit 0 ;;
--serve) serve "$2" && exit 0 ;;
--dial) dial "$2" || exit 0 ;;
esac

api=
while [ $# -gt 0 ]; do
    case $1 in
    --api-sock) api=$2 ;;
    --id | --log-path | --level) ;;
    *)
        echo "Error: ParseArguments(UnexpectedArgument(\"$1\"))" >&2
        exit 153
        ;;
    esac
    shift 2
done
[ ! -e "$api" ] || { echo "Error: RunWithApi(FailedToBindSocket(\"$api\"))" >&2 && exit 1; }
dir=$(mktemp -d /tmp/stand-in.XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkfifo "$dir/begin"
# All of it ends with this process, however that ends.
setpriv --pdeathsig KILL -- socat "UNIX-LISTEN:$api,fork" "EXEC:$self --serve $dir" </dev/null >/dev/null 2>&1 &
read -r _ <"$dir/begin"

if [ ! -e "$dir/drives" ]; then # the guest of the probe: an ELF file that QEMU does not take
    printf K
    exit 0
fi
of() { jq -r "$2" "$dir/$1"; }
disks=() cards=() number=0
while read -r path read_only; do
    disks+=(-drive "id=d$number,file=$path,format=raw,if=none,readonly=$read_only,file.locking=off" -device "virtio-blk-device,drive=d$number")
    number=$((number + 1))
done < <(of drives '"\(.path_on_host) \(if .is_read_only then "on" else "off" end)"')
[ ! -e "$dir/network-interfaces" ] || while read -r tap mac; do
    cards+=(-netdev "tap,id=n$number,ifname=$tap,script=no,downscript=no" -device "virtio-net-device,netdev=n$number,mac=$mac")
    number=$((number + 1))
done < <(of network-interfaces '"\(.host_dev_name) \(.guest_mac)"')
cid=$(of vsock .guest_cid)
setpriv --pdeathsig KILL -- socat "UNIX-LISTEN:$(of vsock .uds_path),fork" "EXEC:$self --dial $cid" </dev/null >/dev/null 2>&1 &
setpriv --pdeathsig KILL -- qemu-system-x86_64 -M microvm,acpi=on,pic=off -accel "${STAND_IN_ACCEL:-kvm}" -cpu "${STAND_IN_CPU:-host}" \
    -smp "$(of machine-config .vcpu_count)" -m "$(of machine-config .mem_size_mib)" \
    -nodefaults -no-user-config -display none -no-reboot -device i8042 -chardev stdio,id=console,signal=off -serial chardev:console \
    -qmp "unix:$dir/qmp,server=on,wait=off" -qmp "unix:$dir/events,server=on,wait=off" \
    -kernel "$(of boot-source .kernel_image_path)" -initrd "$(of boot-source .initrd_path)" -append "$(of boot-source .boot_args)" \
    "${disks[@]}" "${cards[@]}" -device "vhost-vsock-device,guest-cid=$cid" -device virtio-rng-device -device virtio-balloon-device <&0 &
qemu=$!
until [ -e "$dir/events" ] || ! kill -0 $qemu 2>/dev/null; do sleep 0.05; done
{ echo '{"execute":"qmp_capabilities"}' && exec setpriv --pdeathsig KILL -- sleep infinity; } |
    setpriv --pdeathsig KILL -- socat - "UNIX-CONNECT:$dir/events" >"$dir/said" 2>/dev/null &
wait $qemu
status=$?
# Firecracker knows no power-off: its guest's CPUs stand still then, and it runs on.
if grep -q '"guest-shutdown"' "$dir/said"; then exec sleep infinity; fi
exit $status
