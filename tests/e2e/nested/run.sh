#!/usr/bin/env bash
# Boots L1, an emulated machine whose CPU has virtualisation, in which an installed banger makes VMs on real KVM.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: tests/e2e/nested/run.sh [-v] [-h]      (make test-nested builds what it needs first)
  -v    also all that L1 says, as it comes
Environment:
  BANGER_NESTED_PREFIX=DIR   an installed banger (default: what the newest build of this tree installs,
                             or that of BANGER_BUILD_DIR)
  BANGER_FIRECRACKER=FILE    a Firecracker program: the same is done with it, too
  BANGER_NESTED_STAND_IN=1   without such a program: with stand_in.sh, which has QEMU behind Firecracker's API
  BANGER_RUNTIME_DIR=DIR     the runtime bundle that the VMs in L1 boot from (default: runtime/bundle)
  BANGER_NESTED_LIMIT=N      seconds for all of it (default: 1800)
build/nested/ has the image of L1, which is made when it is not there, and console.log and run.log of the last run.
Exit status: 0 passed, 1 failed, 2 wrong use, 77 cannot run here, 130 and 143 interrupted.
TEXT
}

verbose=
while [ $# -gt 0 ]; do
    case $1 in
    -v) verbose=yes ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../../.." && pwd)
PATH=$PATH:/usr/sbin:/sbin
umask 022 # other users of L1 read what is made here
skip() { echo "SKIP: $*" && exit 77; }
wrong() { echo "error: $*" >&2 && exit 2; }

limit=${BANGER_NESTED_LIMIT:-1800}
[[ $limit =~ ^[1-9][0-9]*$ ]] || wrong "BANGER_NESTED_LIMIT: $limit is no number of seconds"
export firecracker=${BANGER_FIRECRACKER:-}
if [ -n "$firecracker" ]; then
    firecracker_version=$("$tree/scripts/firecracker-version.sh" "$firecracker") || exit 2
    firecracker=$(realpath -- "$firecracker")
elif [ -n "${BANGER_NESTED_STAND_IN:-}" ]; then
    firecracker=$here/stand_in.sh firecracker_version=stand-in
fi
export prefix=${BANGER_NESTED_PREFIX:-} build=${BANGER_BUILD_DIR:-}
if [ -n "$prefix" ]; then
    prefix=$(realpath -m -- "$prefix") build=''
    [ -x "$prefix/bin/bangerd" ] || wrong "BANGER_NESTED_PREFIX: no banger is installed in $prefix"
else
    [ -n "$build" ] || build=$(find "$tree"/build/*/bin/bangerd -printf '%T@ %h\n' 2>/dev/null | sort -n | tail -n 1 | cut -d' ' -f2-)
    build=${build%/bin}
    [ -x "$build/bin/bangerd" ] || skip "no build of banger (make test-nested builds it)"
fi
export runtime=${BANGER_RUNTIME_DIR:-$tree/runtime/bundle}
[ -f "$runtime/bundle.json" ] || skip "no runtime bundle in $runtime (make runtime-bundle)"
qemu_program=${BANGER_NESTED_QEMU:-qemu-system-x86_64} # the test of this script has one of its own
for program in "$qemu_program" mke2fs setpriv ldd; do
    command -v "$program" >/dev/null || skip "no $program (scripts/deps.sh)"
done
[ "$(id -u)" = 0 ] || command -v fakeroot >/dev/null || skip "no fakeroot (scripts/deps.sh)"

lab=${BANGER_NESTED_DIR:-$tree/build/nested}
export here lab image=$lab/l1
mkdir -p "$lab"
exec 9>"$lab/.lock"
flock -n 9 || wrong "another run is at work in $lab"
rm -rf "$lab"/work.* # of one that was killed
log=$lab/run.log console=$lab/console.log
: >"$log"
: >"$console"
work=$(mktemp -d "$lab/work.XXXXXX")
export work
began=$SECONDS

# --- the report -----------------------------------------------------------------------------------------------------

names=() verdicts=() spent=() words=()
plan=() # what L1 is going to do
current='' since=0 deadline=0

now_ms() { echo $((${EPOCHREALTIME//[.,]/} / 1000)); }
tenths() { printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100)); }

begin() { # STAGE SECONDS
    current=$1 since=$(now_ms)
    deadline=$((since + $2 * 1000))
    local all=$(((began + limit - SECONDS) * 1000 + since))
    [ $deadline -lt $all ] || deadline=$all
}
note() { # STAGE VERDICT MS WORDS
    names+=("$1") verdicts+=("$2") spent+=("$3") words+=("$4")
    printf '  %-22s %8s  %-7s %s\n' "$1" "$([ "$2" = skipped ] || tenths "$3")" "$2" "$4"
}
end() { # VERDICT WORDS
    note "$current" "$1" $(($(now_ms) - since)) "${2:-}"
    current=''
}
# Why there was no more time for the stage.
overrun() {
    if [ $((SECONDS - began)) -ge "$limit" ]; then
        echo "the whole run may take $limit s"
    else
        echo "not done within $(((deadline - since) / 1000)) s"
    fi
}
count() { # VERDICT
    local verdict n=0
    for verdict in "${verdicts[@]}"; do [ "$verdict" != "$1" ] || n=$((n + 1)); done
    echo $n
}
noted() { # STAGE: is it in the report?
    local name
    for name in "${names[@]}"; do [ "$name" != "$1" ] || return 0; done
    return 1
}

report() {
    local i name failed
    for name in "${plan[@]}"; do noted "$name" || note "$name" skipped 0 "not reached"; done
    failed=$(count failed)
    printf '\nnested laboratory: %s in %d s (at most %d s)\n' "$([ "$failed" = 0 ] && echo passed || echo FAILED)" \
        $((SECONDS - began)) "$limit"
    printf '  %-22s %8s  %s\n' stage seconds verdict
    for i in "${!names[@]}"; do
        printf '  %-22s %8s  %s%s\n' "${names[i]}" "$([ "${verdicts[i]}" = skipped ] || tenths "${spent[i]}")" \
            "${verdicts[i]}" "${words[i]:+: ${words[i]}}"
    done
    if [ "$failed" != 0 ] && [ -s "$console" ]; then
        echo "the last lines of L1's console:"
        tr -cd '\n\t -~' <"$console" | grep . | tail -n 60 | sed 's/^/  | /' || true
    fi
    local load
    read -r load _ </proc/loadavg
    if [ "$failed" != 0 ] && [ "${load%.*}" -ge $((2 * $(nproc))) ]; then
        echo "this machine is busy (load $load on $(nproc) CPUs), and so L1 and its KVM are slow: it may pass when there is less to do"
    fi
    [ "$firecracker" != "$here/stand_in.sh" ] || echo "Firecracker was a stand-in: nothing is said of Firecracker itself"
    [ -n "$firecracker" ] || echo "without Firecracker: BANGER_FIRECRACKER names no program"
    echo "console: $console"
    echo "log: $log"
    echo "$(count ok) passed, $failed failed, $(count skipped) skipped"
    [ "$failed" = 0 ]
}

# --- what must not be left ------------------------------------------------------------------------------------------

child='' # a step of this machine, or QEMU
end_child() {
    [ -n "$child" ] || return 0
    kill -TERM "$child" 2>/dev/null || true
    local waited=0
    while kill -0 "$child" 2>/dev/null && [ $waited -lt 100 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
    kill -KILL "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    child=''
}
leave() {
    trap - EXIT INT TERM HUP
    end_child
    exec 3<&-
    rm -rf "$work"
}
interrupted() { # NUMBER
    trap - EXIT INT TERM HUP
    leave
    [ -z "$current" ] || end failed interrupted
    report || true
    exit $((128 + $1))
}
trap leave EXIT
trap 'interrupted 2' INT
trap 'interrupted 15' TERM
trap 'interrupted 1' HUP

# --- on this machine ------------------------------------------------------------------------------------------------

# on_host STAGE SECONDS FUNCTION: what it says goes to the log
on_host() {
    local status=0 seconds
    begin "$1" "$2"
    seconds=$(((deadline - since + 999) / 1000))
    [ $seconds -gt 0 ] || { end failed "$(overrun)" && return 1; }
    echo "=== $1" >>"$log"
    setpriv --pdeathsig TERM -- timeout --kill-after=15 $seconds bash -euo pipefail -c "$3" >>"$log" 2>&1 </dev/null 9>&- &
    child=$!
    wait $child || status=$?
    child=''
    case $status in
    0) end ok && return 0 ;;
    124 | 137) end failed "$(overrun)" ;;
    *) end failed "$(tail -n 1 "$log" | tr -cd '\t -~') (status $status)" ;;
    esac
    tail -n 15 "$log" | sed 's/^/  | /'
    return 1
}

install_banger() {
    [ -z "$build" ] || cmake --install "$build" --prefix "$prefix"
    "$prefix/bin/banger" version
}

# The programs are of this machine and bring its libraries along, but not its C library: L1 is of the release that has
# the same one, or a newer one.
release_for_l1() {
    local ID='' VERSION_CODENAME=''
    # shellcheck disable=SC1091
    . /etc/os-release
    case $ID:$VERSION_CODENAME in
    debian:?*) echo "$VERSION_CODENAME" ;;
    *) echo trixie ;;
    esac
}
make_image() {
    sed -e "s|^release = .*|release = \"$(release_for_l1)\"|" -e "s|^recipe = \"|&$here/|" "$here/l1.toml" >"$lab/l1.toml"
    env -u FIRECRACKER -u RUNTIME_MANIFEST "$prefix/bin/banger-bundle" --manifest "$lab/l1.toml" --out "$image"
}

libraries() { # FOLDER: those of its programs and plugins, without those of the C library
    find "$1" -type f \( -perm /100 -o -name '*.so' \) -exec ldd {} + 2>/dev/null |
        awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
        grep -vE '/(ld-linux|libc|libm|libdl|libpthread|librt|libresolv|libutil|libanl|libnss_[a-z]*)[-.][^/]*$' || true
}
# $1 folder, $2 image, $3 label, $4 MiB
make_ext4='
truncate -s "${4}M" "$2"
mke2fs -q -F -t ext4 -b 4096 -i 16384 -m 0 -L "$3" -J size=16 -E discard,lazy_journal_init=1,root_owner=0:0 -d "$1" "$2"'
make_disks() {
    local file top=$work/payload root=()
    mkdir -p "$top/prefix" "$top/lib" "$top/runtime" "$work/empty"
    # The prefix may have more than banger, such as /usr/local.
    (cd "$prefix" && cp -a --parents bin/banger bin/bangerd libexec/banger lib/banger share/banger "$top/prefix")
    while read -r file; do cp -L "$file" "$top/lib/"; done < <(libraries "$top/prefix")
    for file in "$runtime"/*; do cp -rL --preserve=mode,timestamps --sparse=always "$file" "$top/runtime/"; done
    install -m 755 "$here/case.sh" "$top/case.sh"
    [ -z "$firecracker" ] || install -m 755 "$firecracker" "$top/firecracker"
    chmod 755 "$top"
    [ "$(id -u)" = 0 ] || root=(fakeroot --)
    # The bundle's key is for its owner only, who runs banger there.
    "${root[@]}" sh -euc "chown -R 0:0 \"\$1\"; chown -R 1000:1000 \"\$1/runtime\"$make_ext4" sh \
        "$top" "$work/work.ext4" bgr-work $(($(du -sk "$top" | cut -f1) * 115 / 100 / 1024 + 128))
    sh -euc "$make_ext4" sh "$work/empty" "$work/overlay.ext4" bgr-overlay 6144
    rm -rf "$top"
    cp "$image/initramfs.img" "$work/initrd"
    # QEMU loads an initramfs that ends within the last page of memory over what its firmware keeps there.
    truncate -s "%4096" "$work/initrd"
    ln -s "$image/vmlinux" "$work/vmlinux"
    ln -s "$image/rootfs.ext4" "$work/base.ext4"
}

# The rate of this machine's time stamp counter, which L1 is shown: banger measures it, for the same reason.
tsc_khz() {
    local home=$work/home khz
    mkdir -p "$home/config/banger" "$home/state/banger" "$home/run"
    printf 'qemu:\n  accel: tcg\n' >"$home/config/banger/config.yaml"
    env HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_STATE_HOME="$home/state" XDG_DATA_HOME="$home/data" \
        XDG_RUNTIME_DIR="$home/run" BANGER_RUNTIME_DIR="$runtime" "$prefix/bin/banger" config check >>"$log" 2>&1 || true
    khz=$(grep -rhoE '"tsc_khz": *[0-9]+' "$home/state" | grep -oE '[0-9]+$' | tail -n 1) || true
    [ -n "$khz" ] || khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)
    echo "$khz"
}

# --- L1 -------------------------------------------------------------------------------------------------------------

start_l1() {
    local disk disks=()
    for disk in base:on overlay:off work:off; do
        disks+=(-blockdev "driver=raw,node-name=${disk%:*},read-only=${disk#*:},file.driver=file,file.filename=${disk%:*}.ext4"
            -device "virtio-blk-device,drive=${disk%:*},serial=${disk%:*}")
    done
    rm -f "$work/console" && mkfifo "$work/console"
    # One CPU: with two, guests of the emulated KVM hang. It dies with this script, however that ends.
    (
        cd "$work"
        exec setpriv --pdeathsig KILL -- "$qemu_program" -name nested -nodefaults -no-user-config -display none -no-reboot \
            -M microvm,acpi=on,pic=off -accel tcg,thread=multi,tb-size=512 -cpu max,+svm,+npt -smp 1 -m 2048 \
            -chardev stdio,id=console,signal=off -serial chardev:console -device virtio-rng-device "${disks[@]}" \
            -kernel vmlinux -initrd initrd -append "console=ttyS0 reboot=t panic=-1 quiet cryptomgr.notests \
tsc_early_khz=$khz tsc=reliable banger.lapic_hz=62500000 init=/root/case.sh"
    ) >"$work/console" 2>&1 </dev/null 9>&- &
    child=$!
    exec 3<"$work/console"
}

pending='' line=''
# Sets line. Status 1: there was none for a second; 2: L1 has ended.
read_line() {
    local part='' status=0
    IFS= read -r -t 1 part <&3 || status=$?
    pending+=$part
    [ $status -le 128 ] || return 1
    [ $status = 0 ] || [ -n "$pending" ] || return 2
    line=${pending%$'\r'}
    pending=''
    printf '%s\n' "$line" >>"$console"
    [ -z "$verbose" ] || printf '  | %s\n' "$line"
}

l1_said_end='' again=''
obey() { # what L1 says to us
    local word stage rest
    read -r word stage rest <<<"$1"
    case $word in
    plan) read -r -a plan <<<"$stage $rest" && end ok ;;
    begin) begin "$stage" $((rest + 20)) ;; # L1 has its own clock, and says more when it ends a stage itself
    ok) end ok "$rest" ;;
    fail) end failed "$rest" ;;
    skip) note "$stage" skipped 0 "$rest" ;;
    end) l1_said_end=yes && begin power-off 60 ;;
    esac
}
# Until L1 has ended, or something took too long.
watch_l1() {
    local status
    while :; do
        status=0
        read_line || status=$?
        case $status in
        0)
            case $line in
            *'@nested '*) obey "${line#*@nested }" ;;
            *'banger-init: the timer is out of tune'*) again=yes ;;
            esac
            ;;
        2) return 0 ;;
        esac
        if [ -n "$current" ] && [ "$(now_ms)" -gt $deadline ]; then
            end failed "$(overrun)"
            return 1
        fi
    done
}
run_l1() {
    local tries=1 status=0
    begin boot 300
    start_l1
    watch_l1 || return 1
    # As banger does with its VMs: a busy machine makes a guest's kernel measure its timer wrong.
    while [ -n "$again" ] && [ ${#plan[@]} = 0 ] && [ $tries -lt 5 ]; do
        again='' tries=$((tries + 1))
        end_child
        start_l1
        watch_l1 || return 1
    done
    wait "$child" || status=$?
    child=''
    if [ -z "$l1_said_end" ]; then
        [ -n "$current" ] || begin L1 0
        end failed "L1 ended (status $status of QEMU)"
    elif [ $status != 0 ]; then
        end failed "QEMU ended with status $status"
    else
        end ok
    fi
}

# --- all of it ------------------------------------------------------------------------------------------------------

echo "nested laboratory: $([ -n "$build" ] && echo "banger of $build" || echo "banger in $prefix"), QEMU${firecracker:+ and Firecracker $firecracker_version}; at most $limit s"
[ -n "$prefix" ] || prefix=$work/prefix
export -f install_banger make_image release_for_l1 make_disks libraries
export make_ext4
if on_host install 120 install_banger && on_host image 900 make_image && on_host disks 180 make_disks; then
    khz=$(tsc_khz)
    run_l1 || true
fi
leave
report
