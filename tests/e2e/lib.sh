# The environment of an end-to-end case; a case sources it first. It runs the case in network, mount and process
# namespaces of its own with XDG folders of its own, and when the case ends asserts that nothing is left.
# shellcheck shell=bash
set -euo pipefail

case_name=$(basename "$0" .sh)
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export BANGER_BUILD_DIR=${BANGER_BUILD_DIR:-$tree/build/dev}
export BANGER_RUNTIME_DIR=${BANGER_RUNTIME_DIR:-$tree/runtime/bundle}

# BANGER_FIRECRACKER=PROGRAM: the VMs run on that Firecracker instead of on QEMU, and the cases are the same. Without
# it they run on QEMU, even where there is a Firecracker that auto would take.
firecracker=${BANGER_FIRECRACKER:-}
expected_vmm=${firecracker:+firecracker} && expected_vmm=${expected_vmm:-qemu}

skip() { echo "SKIP: $*" && exit 77; }

if [ -z "${BANGER_E2E_INSIDE:-}" ]; then
    [ -x "$BANGER_BUILD_DIR/bin/banger" ] || skip "no build in $BANGER_BUILD_DIR"
    [ -f "$BANGER_RUNTIME_DIR/bundle.json" ] || skip "no runtime bundle in $BANGER_RUNTIME_DIR (make runtime-bundle)"
    [ -e /dev/net/tun ] || skip "no /dev/net/tun"
    if [ -n "$firecracker" ]; then
        "$tree/scripts/firecracker-version.sh" "$firecracker" >/dev/null || exit 2
        BANGER_FIRECRACKER=$(realpath -- "$firecracker") && export BANGER_FIRECRACKER
        [ -r /dev/kvm ] && [ -w /dev/kvm ] || skip "Firecracker needs /dev/kvm, which this user may not open, or is not there"
    fi
    isolate=(unshare --net --mount --pid --fork --kill-child --mount-proc)
    [ "$(id -u)" = 0 ] || isolate+=(--map-root-user)
    "${isolate[@]}" true 2>/dev/null || skip "needs root or unprivileged user namespaces"
    # Short: a socket's path has room for 107 bytes.
    BANGER_E2E_INSIDE=$(mktemp -d /tmp/bgr-e2e.XXXXXX)
    export BANGER_E2E_INSIDE
    status=0
    "${isolate[@]}" bash "$0" "$@" || status=$?
    rm -rf "$BANGER_E2E_INSIDE"
    exit $status
fi

root=$BANGER_E2E_INSIDE
export HOME=$root/home XDG_CONFIG_HOME=$root/config XDG_DATA_HOME=$root/data XDG_STATE_HOME=$root/state
export XDG_RUNTIME_DIR=$root/r TMPDIR=$root/tmp
export PATH=$BANGER_BUILD_DIR/bin:$PATH
export ASAN_OPTIONS=log_path=$root/sanitizer UBSAN_OPTIONS=print_stacktrace=1:log_path=$root/sanitizer NO_COLOR=1
unset SSH_AUTH_SOCK DISPLAY
config=$XDG_CONFIG_HOME/banger/config.yaml
data=$XDG_DATA_HOME/banger
run=$XDG_RUNTIME_DIR/banger
log=$XDG_STATE_HOME/banger/bangerd.log
mkdir -p "$HOME" "$(dirname "$config")" "$XDG_DATA_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR" "$TMPDIR"
chmod 700 "$XDG_RUNTIME_DIR"
# A busy machine that emulates several guests at once is slow; what is tested is not its speed.
printf 'vm:\n  create_timeout: 400s\n  stop_timeout: 90s\n  vmm: %s\n' $expected_vmm >"$config"
[ -z "$firecracker" ] || printf 'firecracker:\n  binary: "%s"\n' "$firecracker" >>"$config"
cp "$config" "$root/default-config"
ip link set lo up
mount -t sysfs sysfs /sys # the one of our network namespace

# --- what a case says -------------------------------------------------------------------------------------------

step() { printf '%6.1f s  %s\n' "$(elapsed)" "$*"; }
elapsed() { awk -v s="$started" '{ print $1 - s }' /proc/uptime; }
fail() {
    echo "FAIL: $*" >&2
    exit 1
}
# For what can only mean QEMU: a whole case (only_qemu WHY), or a part of one (if on_qemu WHY).
only_qemu() { [ -z "$firecracker" ] || skip "on Firecracker: $*"; }
on_qemu() { [ -z "$firecracker" ] || { step "left out on Firecracker: $*" && false; }; }
# same ACTUAL EXPECTED WHAT
same() { [ "$1" = "$2" ] || fail "${3:-value}: expected '$2', got '$1'"; }

# must_fail PATTERN COMMAND...: it fails (255 is how ssh does), and what it prints matches the extended regular expression.
must_fail() {
    local pattern=$1 status=0
    shift
    said=$("$@" 2>&1 </dev/null) || status=$?
    [ $status -ne 0 ] || fail "succeeded, but should not: $* ($said)"
    [ $status -lt 126 ] || [ $status = 255 ] || fail "ended with $status: $* ($said)"
    grep -qiE -- "$pattern" <<<"$said" || fail "$*: nothing matches /$pattern/ in: $said"
}

# within SECONDS COMMAND...: the command succeeds in time; it is tried every 0.2 s.
within() {
    local deadline
    deadline=$(awk -v d="$1" '{ print int(($1 + d) * 10) }' /proc/uptime)
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(awk '{ print int($1 * 10) }' /proc/uptime)" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

field() { banger vm show "$1" --json | jq -r ".$2"; }
state_is() { [ "$(field "$1" state)" = "$2" ]; }
expect_state() { same "$(field "$1" state)" "$2" "state of $1"; }
vm_names() { banger vm ls --json | jq -r '[.[].name] | sort | join(" ")'; }
no_vms() { banger vm ls --json | jq -e 'length == 0'; }
expect_vms() { same "$(vm_names)" "$*" "vm ls"; }

daemon_pid() { pgrep -x bangerd | head -1; }
kill_daemon() {
    local pid
    pid=$(daemon_pid) || return 0
    kill -KILL "$pid"
    within 5 gone "$pid" || fail "bangerd outlived kill -9"
}
gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.*zombie' "/proc/$1/status"; }
# Of VMs, not the short ones that ask a VMM for its version or try KVM.
vmm_pids() { pgrep -f '^[^ ]*(qemu-system.*process=vm:| .*--api-sock[= ][^ ]*/vm/)' || true; }
a_vmm() { [ -n "$(vmm_pids)" ]; }
no_vmm() { [ -z "$(vmm_pids)" ]; }
taps() { find /sys/class/net -name 'bgr*' -printf '%f\n' | sort; }

# The bundle with some of its files left out or replaced by the case, as symlinks: bundle_copy DIR
bundle_copy() {
    mkdir -p "$1"
    ln -s "$BANGER_RUNTIME_DIR"/* "$1"/
}

# make_world SAYS [ADDRESS...]: a network beyond this machine, behind up0 (203.0.113.1): 203.0.113.2 ("$world") and these
# more; what SAYS prints, a shell command, is heard at its port 80. Sets world_pid and servers, the processes to end
# when the case does; in_world runs a command there.
world=203.0.113.2
in_world() { nsenter --target "$world_pid" --net "$@"; }
another_network() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
make_world() {
    local says=$1 address
    shift
    unshare --net sleep infinity &
    world_pid=$!
    within 5 another_network $world_pid || fail "no network namespace for the world"
    ip link add up0 type veth peer name eth0 netns $world_pid
    ip addr add 203.0.113.1/24 dev up0
    ip link set up0 up
    for address in "$world" "$@"; do
        in_world ip addr add "$address/24" dev eth0
    done
    in_world ip link set eth0 up
    in_world ip link set lo up
    nsenter --target $world_pid --net socat TCP-LISTEN:80,fork,reuseaddr SYSTEM:"$says" &
    servers="$world_pid $!"
}

# --- what is left -----------------------------------------------------------------------------------------------

# Everything that belongs to a VM or the daemon, one line each; empty when all is gone. pid 1 is the case itself.
# ps puts in brackets what has no memory any more, such as a grep of ours on its way out.
footprint() (
    set +e +o pipefail
    ls /sys/class/net | sed '/^lo$/d; s/^/link /'
    ps -eo pid=,ppid=,stat=,args= | awk -v me=$$ '$1 != 1 && $3 !~ /^Z/ && $4 !~ /^\[/ && $4 != "ps" && $4 != "awk" {
        $1 = $2 = $3 = ""; print "process" $0 }' | grep -vF "bash $0"
    awk 'NR > 1 && $NF ~ /^\// { print "socket " $NF }' /proc/net/unix
    find "$run" -mindepth 1 ! -name bangerd.lock ! -path "$run/vm" 2>/dev/null | sed 's/^/file /'
    find "$data/vms" -mindepth 1 2>/dev/null | sed 's/^/file /'
    find "$TMPDIR" -mindepth 1 | sed 's/^/file /'
    diff <(awk '{ print $5 }' /proc/self/mountinfo | sort) "$root/mounts" | sed -n "s/^</mount/p"
    true
)
nothing_left() { [ -z "$(footprint)" ]; }

leave() {
    local status=$?
    trap - EXIT
    set +e
    [ $status = 0 ] && step "deleting what is left"
    local name
    for name in $(timeout 60 banger vm ls --json 2>/dev/null | jq -r '.[].name'); do
        timeout 120 banger vm delete --force "$name" >/dev/null || status=1
    done
    timeout 60 banger daemon stop >/dev/null 2>&1
    within 10 nothing_left || { echo "FAIL: left over:" && footprint && status=1; } >&2
    if compgen -G "$root/sanitizer.*" >/dev/null; then
        echo "FAIL: a sanitizer spoke:" && head -n 60 "$root"/sanitizer.*
        status=1
    fi >&2
    if [ $status != 0 ] && [ $status != 77 ]; then
        echo "--- end of bangerd.log" && tail -n 60 "$log"
    fi >&2
    [ $status != 0 ] || step "done: $case_name"
    exit $status
}

started=$(awk '{ print $1 }' /proc/uptime)
awk '{ print $5 }' /proc/self/mountinfo | sort >"$root/mounts"
trap leave EXIT
