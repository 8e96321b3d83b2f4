#!/usr/bin/env bash
# From a fresh Debian or Ubuntu machine to a command inside a virtual machine. Safe to run again; then it is quick.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
usage: ./quickstart.sh [-h]
Installs the packages that are missing, builds banger and installs it to /usr/local, makes the
runtime bundle, starts bangerd, creates a VM named testbox and runs a command in it. Safe to run
again: what is done already is quick. Exit status 0 when all went well, 1 when a step did not,
2 for a wrong option, 130 when interrupted.
TEXT
}
case $#${1-} in
0) ;;
1-h | 1--help) usage && exit 0 ;;
*)
    echo "error: unknown option $1" >&2
    usage >&2
    exit 2
    ;;
esac

data=${XDG_DATA_HOME:-$HOME/.local/share}/banger
log=build/quickstart.log
mkdir -p build
: >"$log"
# Where only root writes: sudo must not run a helper that others may change.
prefix=/usr/local
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

# A process in the background is deaf to Ctrl-C, and so is all that it starts.
end_all() {
    local child
    for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do end_all "$child"; done
    kill "$1" 2>/dev/null || true
}
interrupted() {
    trap - INT TERM
    [ -z "$running" ] || end_all "$running"
    printf '\ninterrupted; ./quickstart.sh goes on where it stopped\n' >&2
    exit $((128 + $1))
}
running=''
trap 'interrupted 2' INT
trap 'interrupted 15' TERM

now() { date +%s%N; }
seconds() { awk -v ms=$((($(now) - $1) / 1000000)) 'BEGIN { printf "%.1f s", ms / 1000 }'; }

# step TITLE HINT COMMAND...: a line while it goes well (on a terminal with the log's last line), all on failure
step() {
    local title=$1 hint=$2 begin width pid status=0
    shift 2
    begin=$(now)
    "$@" >>"$log" 2>&1 </dev/null &
    pid=$! running=$!
    if [ -t 1 ]; then
        while kill -0 $pid 2>/dev/null; do
            width=$(($(tput cols 2>/dev/null || echo 80) - 12))
            printf '\r\033[K  .. %.*s' "$width" "$title ($(seconds "$begin")): $(tail -n 1 "$log" | tr -d '\r\033')"
            sleep 0.5
        done
        printf '\r\033[K'
    else
        printf '  .. %s\n' "$title"
    fi
    wait $pid || status=$?
    running=''
    if [ $status != 0 ]; then
        printf 'FAILED %s (%s)\n' "$title" "$(seconds "$begin")"
        tail -n 25 "$log" | sed 's/^/  | /'
        printf 'whole log: %s\nwhat to do: %s\n' "$PWD/$log" "$hint"
        exit 1
    fi >&2
    printf '  ok %s (%s)\n' "$title" "$(seconds "$begin")"
}

# What banger doctor would find after the build only: all of it at once, each with the same remedy.
problems=
problem() { problems+="FAILED $1"$'\n'"  what to do: $2"$'\n'; }
tun_opens() { [ -c /dev/net/tun ] && { : <>/dev/net/tun; } 2>/dev/null; }
# As bangerd asks it: on no terminal, so a password that was typed here does not count.
sudo_lets_helper() {
    sudo -n test -e "$allowed" || setsid -w sudo -n true </dev/null || setsid -w sudo -n "$helper" version <<<'{}'
} >/dev/null 2>&1
check_machine() {
    local user helper=$prefix/libexec/banger/banger-priv allowed
    user=$(id -un) allowed=/etc/sudoers.d/banger-$(id -u)
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        problem "sudo is not installed and you are not root" "su -c 'apt install sudo && /usr/sbin/adduser $user sudo'"
    elif [ "$(id -u)" != 0 ] && ! sudo -v; then
        problem "sudo does not let you (above are its words)" \
            "in a terminal: su -c '/usr/sbin/adduser $user sudo', log in again, ./quickstart.sh"
    elif [ "$(id -u)" != 0 ] && ! sudo_lets_helper; then
        problem "sudo asks for a password where bangerd has no terminal to give one (docs/privileges.md)" \
            "echo '$user ALL=(root) NOPASSWD: $helper' | sudo install -m 0440 /dev/stdin $allowed"
    fi
    if [ ! -e /dev/net/tun ]; then
        problem "no /dev/net/tun: no VM can use its tap" \
            "sudo modprobe tun; in a container, its host must give it the device"
    elif [ ! -r /dev/net/tun ] || [ ! -w /dev/net/tun ]; then
        problem "/dev/net/tun may not be opened by you: no VM can use its tap" \
            "sudo chmod 0666 /dev/net/tun (the usual mode: a tap is still only its owner's)"
    elif ! tun_opens; then # a node without its driver, or that a container may not use
        problem "/dev/net/tun cannot be opened: no VM can use its tap" \
            "sudo modprobe tun; in a container, its host must allow the device"
    fi
    [ -z "$problems" ] || { printf '%sthen run ./quickstart.sh again\n' "$problems" >&2 && exit 1; }
}

build() { cmake --preset release && cmake --build --preset release; }
# A running daemon is asked to end so that the next command starts the new one; its VMs run on.
install_all() {
    local before after
    before=$(stat -c %Y "$prefix/bin/bangerd" 2>/dev/null || true)
    "${as_root[@]}" cmake --install build/release --prefix "$prefix"
    after=$(stat -c %Y "$prefix/bin/bangerd")
    [ "$before" = "$after" ] || "$prefix/bin/banger" daemon stop || true
}
bundle() {
    build/release/bin/banger-bundle --manifest "${RUNTIME_MANIFEST:-runtime/runtime-bundle.toml}" \
        --out "$data/runtime"
}
testbox() {
    if banger vm show testbox >/dev/null 2>&1; then banger vm start testbox; else banger vm create --name testbox; fi
}

begin=$(now)
echo "banger: packages, release build, install to $prefix, runtime bundle,"
echo "then a virtual machine named testbox; what each step says goes to $PWD/$log"
[ "$(id -u)" = 0 ] || echo "sudo is asked for, for packages and the install; banger itself builds and runs as you"
check_machine
scripts/deps.sh --build
step "release build" "the log names the file and the error; scripts/deps.sh lists the packages it needs" build
[ "$(id -u)" = 0 ] || sudo -v # it may have forgotten since
step "install to $prefix" "may you use sudo? make install PREFIX=DIR installs elsewhere" install_all
step "runtime bundle in $data/runtime" "downloads resume: run ./quickstart.sh again; runtime/README.md" bundle

case :$PATH: in
*:$prefix/bin:*) path_line= ;;
*) path_line="export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
PATH=$prefix/bin:$PATH # before one that was installed elsewhere

step "daemon" "banger daemon logs" banger daemon start
banger doctor >>"$log" 2>&1 || {
    banger doctor || true
    echo "FAILED doctor: mend what it names, then run ./quickstart.sh again" >&2
    exit 1
}
testbox
for command in 'uname -a' 'cat /etc/os-release'; do
    printf '$ banger vm exec testbox -- %s\n' "$command"
    # shellcheck disable=SC2086
    banger vm exec testbox -- $command
done

echo
echo "testbox runs ($(seconds "$begin") in all). Try next:"
[ -z "$path_line" ] || printf '  %-32s # %s\n' "$path_line" "also into your shell's profile"
printf '  %-32s # %s\n' "banger vm ssh testbox" "a shell in it" \
    "banger vm create --name web" "another one, in seconds" \
    "banger vm stop testbox" "its disks stay; banger vm start brings it back"
