#!/bin/bash
# What happens inside of L1. As the first process it makes a machine of the root file system, runs the stages one after
# the other, and powers off. `case.sh STAGE VMM` is one stage, with the VMM qemu or firecracker.
#
# On the console, which is all that the outside sees, a line that begins with "@nested " is for run.sh:
#   plan STAGE...          what is going to be done
#   begin STAGE SECONDS    and how long it may take
#   ok STAGE [WHAT]        passed; what it found
#   fail STAGE WHY
#   skip STAGE WHY         not done
#   end                    L1 powers off now
# All else is for a person who reads it because something failed.
set -uo pipefail

here=/opt/nested # this folder, which the initramfs mounted on /root, where other users can pass
prefix=$here/prefix
export PATH=$prefix/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
found=/run/nested/found

# --- what stages are made of ---------------------------------------------------------------------------------------

as() { # as USER COMMAND...
    local user=$1
    shift
    setpriv --reuid="$user" --regid="$user" --init-groups -- env -i HOME="/home/$user" USER="$user" LOGNAME="$user" \
        PATH="$PATH" XDG_RUNTIME_DIR="/run/user/$user" BANGER_RUNTIME_DIR=$here/runtime NO_COLOR=1 LANG=C.UTF-8 \
        ASAN_OPTIONS=log_path=/run/nested/sanitizer UBSAN_OPTIONS=print_stacktrace=1:log_path=/run/nested/sanitizer "$@"
}
banger() { as tester banger "$@"; }
fail() {
    echo "$*" >/run/nested/why
    exit 1
}
tell() { echo "$*" >$found; } # what the report says beside "ok"
same() { [ "$1" = "$2" ] || fail "$3: expected '$2', got '$1'"; }
field() { banger vm show "$1" --json | jq -r ".$2"; }
within() { # within SECONDS COMMAND...
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.5
    done
}

# configure VMM [LINES]: what the user's config.yaml has for the pass, for the next daemon
configure() {
    mkdir -p /home/tester/.config/banger
    {
        printf 'vm:\n  create_timeout: 400s\n  stop_timeout: 120s\n'
        if [ "$1" = qemu ]; then
            # auto would take a Firecracker of the bundle.
            printf '  vmm: qemu\n'
        else
            printf 'firecracker:\n  binary: %s\n' $here/firecracker
        fi
        printf '%s' "${2:-}"
    } >/home/tester/.config/banger/config.yaml
    chown -R tester:tester /home/tester/.config
}

all_plugins() { banger plugin ls --json | jq -e 'all(.[]; .state == "active" or .state == "disabled")' >/dev/null; }
# A daemon of the configuration as it is. The first start reads all programs from the disk, and its patience with itself
# and its plugins is that of a machine which is not emulated on a busy one.
start_daemon() {
    local try
    for try in 1 2 3; do
        banger daemon stop
        banger daemon start && all_plugins && return 0
        echo "try $try: $(banger plugin ls 2>&1)"
    done
    fail "the daemon does not start, or not with all of its plugins"
}

# --- stages of the machine ------------------------------------------------------------------------------------------

stage_kvm() {
    grep -qw svm /proc/cpuinfo || fail "the CPU that QEMU gives L1 has no SVM"
    grep -qw npt /proc/cpuinfo || fail "the CPU that QEMU gives L1 has no nested paging"
    modprobe kvm_amd || fail "modprobe kvm_amd: $(dmesg | grep -i -E 'kvm|svm' | tail -n 1)"
    modprobe tun || fail "modprobe tun"
    modprobe vhost_vsock || fail "modprobe vhost_vsock"
    [ -c /dev/kvm ] || fail "kvm_amd is loaded, but there is no /dev/kvm"
    chgrp kvm /dev/kvm /dev/vhost-vsock && chmod 0660 /dev/kvm /dev/vhost-vsock && chmod 0666 /dev/net/tun
    tell "$(uname -r), $(lsmod | awk '/^(kvm_amd|kvm|irqbypass|ccp) / { printf "%s%s", sep, $1; sep = " " }')"
}

stage_programs() {
    local file missing
    while read -r file; do
        missing=$(ldd "$file" 2>&1 | grep -E 'not found' || true)
        [ -z "$missing" ] || fail "$file does not run here: $(head -n 1 <<<"$missing" | xargs)"
    done < <(find $prefix/bin $prefix/libexec $prefix/lib -type f \( -perm /100 -o -name '*.so' \))
    local said
    said=$(banger version 2>&1) || fail "banger version: $said"
    tell "$(head -n 1 <<<"$said")"
}

# What KVM's probe says to whom may not use it.
stage_denied() {
    local said
    as stranger banger doctor --json >/run/nested/doctor.json 2>/run/nested/doctor.err # privileges are missing, too
    as stranger banger daemon stop >/dev/null 2>&1
    said=$(jq -r '.checks[] | select(.id == "kvm") | .severity + ": " + .title + "; " + .fix' /run/nested/doctor.json) ||
        fail "doctor: $(cat /run/nested/doctor.json /run/nested/doctor.err)"
    [[ $said == "warning: "*"may not be used"*"usermod -aG kvm"* ]] || fail "doctor says of KVM: $said"
    said=$(jq -r '.checks[] | select(.id == "vmm") | .severity + ": " + .title + "; " + .cause' /run/nested/doctor.json)
    [[ $said == "ok: "*tcg*"may not be used"* ]] || fail "doctor says of the VMM: $said"
    tell "outside of the group kvm: ${said#ok: }"
}

# --- stages of a VMM: $vmm, and the VM $vmm -------------------------------------------------------------------------

# A machine that is busy beside QEMU makes KVM in L1 look like one that is not worth to be used: it is asked again, by a
# daemon that knows nothing of the answer before.
stage_probe() {
    local try
    configure "$vmm"
    for try in 1 2 3 4 5; do
        rm -f /home/tester/.local/state/banger/*-probe.json
        start_daemon
        banger daemon status --json >/run/nested/status.json || fail "daemon status"
        jq -r '"try '$try': " + .vmm.reason' /run/nested/status.json
        jq -e '[.vmm.reason, .vmm.candidates[].why] | any(test("slower than emulation| within [0-9]+ m?s|put out nothing|API|no version"))' \
            /run/nested/status.json >/dev/null || break
    done
    same "$(jq -r .vmm.choice /run/nested/status.json)" "$vmm" "the chosen VMM ($(jq -c .vmm /run/nested/status.json))"
    same "$(jq -r .vmm.accel /run/nested/status.json)" kvm "the accelerator ($(jq -c .vmm /run/nested/status.json))"
    same "$(jq -r --arg vmm "$vmm" '.vmm.candidates[] | select(.name == $vmm) | [.usable, .accel, .chosen] | join(" ")' \
        /run/nested/status.json)" "true kvm true" "what is known of $vmm"
    tell "$(jq -r .vmm.reason /run/nested/status.json)"
}

stage_doctor() {
    local said
    banger doctor --json >/run/nested/doctor.json || fail "doctor finds errors: $(jq -c \
        '[.checks[] | select(.severity == "error")]' /run/nested/doctor.json)"
    said=$(jq -r '.checks[] | select(.id == "kvm") | .severity + ": " + .title' /run/nested/doctor.json)
    [[ $said == "ok: "* ]] || fail "doctor says of KVM: $said"
    said=$(jq -r '.checks[] | select(.id == "vmm") | .severity + ": " + .title + "; " + .cause' /run/nested/doctor.json)
    [[ $said == "ok: "*"$vmm"*kvm* ]] || fail "doctor says of the VMM: $said"
    tell "${said#ok: }"
}

stage_auto() { # the configuration names no VMM
    local chosen
    chosen=$(banger vm create --name other --dry-run --json | jq -r .vm.driver)
    same "$chosen" "$vmm" "what auto chooses"
    tell "auto takes $chosen"
}

stage_create() {
    local kvm
    banger vm create --name "$vmm" --vmm "$vmm" || fail "vm create"
    same "$(field "$vmm" state)" running "state"
    same "$(field "$vmm" driver)" "$vmm" "the VMM"
    same "$(field "$vmm" accel)" kvm "the accelerator"
    kvm=$(find /proc/[0-9]*/fd -lname '*kvm-vcpu*' 2>/dev/null | wc -l)
    same "$kvm" 1 "virtual CPUs that are KVM's"
    tell "$(field "$vmm" 'timings[] | "\(.stage) \(.ms / 1000) s"' | paste -sd ,)"
}

stage_exec() {
    local sum
    same "$(banger vm exec "$vmm" -- hostname)" "$vmm" hostname
    banger vm exec "$vmm" -- dmesg >/run/nested/dmesg
    grep -q 'Hypervisor detected: KVM' /run/nested/dmesg || fail "the guest's kernel has not found KVM"
    head -c 1000000 /dev/urandom >/run/nested/bytes
    sum=$(sha256sum </run/nested/bytes)
    same "$(banger vm exec "$vmm" -- sha256sum </run/nested/bytes)" "$sum" "a million bytes through exec"
    banger vm exec "$vmm" -- sh -c 'echo kept >/root/f; echo kept >/etc/f; sync' || fail "writing in the guest"
    same "$(banger vm exec --agent "$vmm" -- cat /root/f)" kept "a file by the guest's agent"
    tell "$(banger vm exec "$vmm" -- uname -srm)"
}

stage_console() {
    [ -n "$(banger vm logs "$vmm" -n 1000)" ] || fail "the console log is empty"
    mkfifo /run/nested/typed
    banger vm console "$vmm" </run/nested/typed >/run/nested/shown 2>&1 &
    exec 5>/run/nested/typed
    echo >&5
    within 60 grep -q '[#$]' /run/nested/shown || fail "no prompt on the console: $(tail -n 3 /run/nested/shown)"
    # shellcheck disable=SC2016
    echo 'echo con$((40 + 2))' >&5
    within 60 grep -q con42 /run/nested/shown || fail "no answer on the console: $(tail -n 3 /run/nested/shown)"
    exec 5>&-
    wait
    rm /run/nested/typed
}

stage_stop() {
    banger vm stop "$vmm" || fail "vm stop"
    same "$(field "$vmm" state)" stopped "state"
    same "$(field "$vmm" exit.cause)" poweroff "cause"
    same "$(pgrep -c -x banger-vm)" 0 "supervisors after the stop"
}

stage_start() { # sockets and locks of the first run must not be in its way
    banger vm start "$vmm" || fail "vm start"
    same "$(banger vm exec "$vmm" -- cat /root/f /etc/f | xargs)" "kept kept" "files on the disks"
    same "$(field "$vmm" accel)" kvm "the accelerator"
}

stage_poweroff() { # from inside, which is no failure
    banger vm exec "$vmm" -- systemctl poweroff
    banger vm wait "$vmm" --for stopped --timeout 120s || fail "the VM is $(field "$vmm" state) after a power-off"
    same "$(field "$vmm" exit.cause)" poweroff "cause of a power-off from inside"
}

# AF_VSOCK, which QEMU can give a guest only with KVM.
stage_vsock() {
    configure "$vmm" $'qemu:\n  agent_channel: vsock\n'
    banger config check || fail "config check finds fault with AF_VSOCK"
    start_daemon
    banger vm start "$vmm" || fail "vm start with AF_VSOCK"
    same "$(field "$vmm" agent_channel)" vsock "the way to the agent"
    same "$(banger vm exec --agent "$vmm" -- cat /root/f)" kept "a file by the agent"
    tell "context id $(field "$vmm" cid)"
    banger vm stop "$vmm" || fail "vm stop"
    configure "$vmm"
    start_daemon
}

stage_delete() {
    banger vm delete --yes "$vmm" || fail "vm delete"
    same "$(banger vm ls --json)" "[]" "vm ls"
    same "$(find /home/tester/.local/share/banger/vms -mindepth 1 2>/dev/null)" "" "folders of VMs"
}

left() {
    find /sys/class/net -mindepth 1 ! -name lo -printf 'link %f\n'
    pgrep -u tester -a | sed 's/^/process /'
    find /run/user/tester -mindepth 1 ! -type d ! -name bangerd.lock -printf 'file %p\n'
    nft list tables | sed 's/^/rules /'
    find /run/nested -name 'sanitizer*' -printf 'report %p\n'
}
nothing_left() { [ -z "$(left)" ]; }
stage_left() {
    banger daemon stop || fail "daemon stop"
    within 15 nothing_left || fail "left: $(left | xargs)"
}

# --- the first process ----------------------------------------------------------------------------------------------

say() { printf '\n@nested %s\n' "$*" >/dev/console; }

make_machine() {
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/nested /run/user/{tester,stranger} /dev/pts /dev/shm
    chmod 1777 /run/nested # sanitizers of every user write there
    chmod 700 /run/user/*
    chown tester:tester /run/user/tester
    chown stranger:stranger /run/user/stranger
    mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    ln -s /proc/self/fd /dev/fd
    mount -t tmpfs -o mode=1777 tmpfs /tmp
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mkdir -p $here
    mount --bind /root $here
    echo $here/lib >/etc/ld.so.conf.d/nested.conf
    ldconfig
    hostname nested
    ip link set lo up
    dmesg -n 1 # a message of the kernel may cut a line of ours in two
}

# The state in which something failed.
show_state() {
    echo "--- VMs, processes, interfaces"
    timeout 30 "$0" vms
    ps -eo pid,ppid,stat,user,args | grep -v '\[.*\]$'
    ip -br address
    echo "--- bangerd.log"
    tail -n 40 /home/tester/.local/state/banger/bangerd.log
    for log in /home/tester/.local/share/banger/vms/*/console.log; do
        [ ! -f "$log" ] || { echo "--- $log" && tail -n 30 "$log"; }
    done
    for log in /run/nested/sanitizer*; do
        [ ! -f "$log" ] || { echo "--- $log" && head -n 40 "$log"; }
    done
    echo "--- kernel"
    dmesg | tail -n 15
}

# stage NAME FUNCTION VMM SECONDS
stage() {
    local status=0
    rm -f $found /run/nested/why
    say "begin $1 $4"
    # Not to the console itself: on a terminal banger draws.
    timeout --kill-after=5 "$4" "$0" "$2" "$3" </dev/null >/run/nested/out 2>&1 || status=$?
    tr -d '\r' </run/nested/out | sed 's/^/| /'
    if [ $status = 0 ]; then
        say "ok $1 $(cat $found 2>/dev/null)"
        return 0
    fi
    show_state 2>&1 | sed 's/^/| /'
    case $status in
    124 | 137) say "fail $1 not done within $4 s" ;;
    *) say "fail $1 $(tr '\n' ' ' </run/nested/why 2>/dev/null || echo "status $status")" ;;
    esac
    return 1
}

machine_stages=(kvm:60 programs:90 denied:180)
life=(create:420 exec:240 console:180 stop:180 start:420 poweroff:240)
qemu_stages=(probe:400 doctor:120 "${life[@]}" vsock:480 delete:120 left:120)
firecracker_stages=(probe:400 doctor:120 auto:60 "${life[@]}" delete:120 left:120)

# stages PASS VMM STAGE:SECONDS...: one after the other; what comes behind a failure is not done
stages() {
    local pass=$1 vmm=$2 entry failed=
    shift 2
    for entry in "$@"; do
        if [ -n "$failed" ]; then
            say "skip $pass${entry%:*} after the failure of $failed"
        else
            stage "$pass${entry%:*}" "${entry%:*}" "$vmm" "${entry#*:}" || failed=$pass${entry%:*}
        fi
    done
    [ -z "$failed" ]
}

first_process() {
    local passes=(qemu) names=() entry
    make_machine
    [ ! -f $here/firecracker ] || passes+=(firecracker)
    for entry in "${machine_stages[@]}"; do names+=("${entry%:*}"); done
    for entry in "${qemu_stages[@]}"; do names+=("qemu-${entry%:*}"); done
    if [ ${#passes[@]} = 2 ]; then
        for entry in "${firecracker_stages[@]}"; do names+=("firecracker-${entry%:*}"); done
    fi
    say "plan ${names[*]}"
    if stages "" - "${machine_stages[@]}"; then
        stages qemu- qemu "${qemu_stages[@]}" || timeout 120 "$0" clear
        [ ${#passes[@]} = 1 ] || stages firecracker- firecracker "${firecracker_stages[@]}"
    fi
    say end
    sync
    sleep 1 # the serial port has its own pace
    echo o >/proc/sysrq-trigger
    sleep infinity
}

if [ $# = 0 ]; then
    first_process
fi
vmm=${2:-}
case $1 in
vms) banger vm ls ;;
delete-by-force) banger vm delete --force "$2" ;;
clear)
    banger vm ls -q | xargs -r -n 1 "$0" delete-by-force
    banger daemon stop
    ;;
*) "stage_$1" && exit 0 || exit 1 ;;
esac
