#!/usr/bin/env bash
# The whole life of a VM on this machine, with a daemon, folders and a bridge of its own. Leaves nothing.
set -euo pipefail
tree=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<'TEXT'
usage: ./verify.sh [--nat] [--target HOST:PORT] [--json] [--banger PROGRAM]
  --nat                also: the VM reaches the world, is cut off by --no-nat, and this
                       machine's packet filter and ip_forward are as before at the end
  --target HOST:PORT   what it is to reach with --nat (default deb.debian.org:80)
  --json               one JSON document at the end instead of a line a step
  --banger PROGRAM     the banger to verify (default: the one in PATH, else an installed
                       or a just built one)
It makes one VM with a daemon, folders and a bridge of its own: your VMs, your daemon and
your configuration are not touched, and are not what is verified. Exit status 0 when all
steps went well, 1 when one did not, 2 for a wrong option, 130 when interrupted.
TEXT
}

nat=no json=no program='' target=deb.debian.org:80
while [ $# -gt 0 ]; do
    case $1 in
    --nat) nat=yes ;;
    --json) json=yes ;;
    --target) target=${2:?--target takes HOST:PORT} && shift ;;
    --banger) program=${2:?--banger takes a program} && shift ;;
    -h | --help) usage && exit 0 ;;
    *)
        echo "error: unknown option $1" >&2
        usage >&2
        exit 2
        ;;
    esac
    shift
done
[[ $target =~ ^[A-Za-z0-9.-]+:[0-9]+$ ]] || {
    echo "error: --target takes HOST:PORT, not '$target'" >&2
    exit 2
}
for candidate in "$program" "$(command -v banger || true)" /usr/local/bin/banger "$HOME/.local/bin/banger" \
    "$tree/build/release/bin/banger" "$tree/build/dev/bin/banger"; do
    [ -n "$candidate" ] || continue
    banger=$candidate
    if [ -n "$program" ] || [ -x "$candidate" ]; then break; fi
done
[ -f "$banger" ] && [ -x "$banger" ] || {
    [ -e "$banger" ] && why='is no program' || why='does not exist'
    echo "error: $banger $why" >&2
    echo "hint: ./quickstart.sh builds and installs banger; --banger names one elsewhere" >&2
    exit 1
}

# --- scratch: beside the user's own data, so that the image is shared with it and not copied -----------------------

data=${XDG_DATA_HOME:-$HOME/.local/share}
mkdir -p "$data"
if [ -z "${BANGER_RUNTIME_DIR:-}" ]; then
    bundle=$("$banger" config show 2>/dev/null | sed -n 's/^ *bundle: *"\{0,1\}\([^"# ]*\).*/\1/p' | head -n 1)
    [ -n "$bundle" ] || [ ! -f "$data/banger/runtime/bundle.json" ] || bundle=$data/banger/runtime
    [ -z "$bundle" ] || export BANGER_RUNTIME_DIR=$bundle
fi
scratch=$(mktemp -d "$data/banger-verify.XXXXXX")
run=$(mktemp -d "${TMPDIR:-/tmp}/bgr-v.XXXXXX") # short: a socket's path has room for 107 bytes
export XDG_CONFIG_HOME=$scratch/config XDG_DATA_HOME=$scratch/data XDG_STATE_HOME=$scratch/state XDG_RUNTIME_DIR=$run
mkdir -p "$XDG_CONFIG_HOME/banger" "$XDG_DATA_HOME" "$XDG_STATE_HOME"
log=$scratch/state/banger/bangerd.log
said=$scratch/said # by the step that runs
vm=verify
bridge=banger-v$$

cat >"$XDG_CONFIG_HOME/banger/config.yaml" <<TEXT
network: {bridge: $bridge, subnet: auto}
vm: {create_timeout: 400s, stop_timeout: 90s}
plugins:
  entries:
    dns: {config: {host_integration: off}} # this machine's resolver is left to the user's own banger
TEXT

# --- steps --------------------------------------------------------------------------------------------------------

steps='' failed='' begun=$(date +%s%3N)
say() { [ $json = yes ] || printf '%s\n' "$*"; }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.1f s", ms / 1000 }'; }
quoted() { # a JSON string
    local text=${1//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//$'\n'/\\n}
    text=${text//$'\t'/\\t}
    printf '"%s"' "${text//[[:cntrl:]]/}"
}
note_step() { # note_step NAME OK MS [WHY NEXT]
    steps+="${steps:+,}{\"name\":$(quoted "$1"),\"ok\":$2,\"ms\":$3"
    [ "$2" = true ] || steps+=",\"why\":$(quoted "$4"),\"next\":$(quoted "$5"),\"log\":$(quoted "$(tail -n 20 "$log" 2>/dev/null)")"
    steps+="}"
}

# step NAME NEXT COMMAND...: a line with its time; when it fails, what, why, and what to do next.
step() {
    local name=$1 next=$2 begin status=0 took
    shift 2
    begin=$(date +%s%3N)
    "$@" >"$said" 2>&1 </dev/null || status=$?
    took=$(($(date +%s%3N) - begin))
    if [ $status = 0 ]; then
        say "$(printf '  ok %-36s %8s' "$name" "$(seconds $took)")"
        note_step "$name" true $took
        return
    fi
    failed=$name
    note_step "$name" false $took "$(tail -n 25 "$said")" "$next"
    if [ $json = no ]; then
        printf 'FAILED %s (%s)\n' "$name" "$(seconds $took)"
        tail -n 25 "$said" | sed 's/^/  | /'
        [ ! -s "$log" ] || { echo "the end of the daemon's log:" && tail -n 20 "$log" | cut -c1-400 | sed 's/^/  | /'; }
        printf 'what to do: %s\n' "$next"
    fi >&2
    exit 1
}

# The daemon of this run goes in any case, then all of this run's folders.
leave() {
    local status=$? left=
    [ $status != 2 ] || status=130 # bash's own end when Ctrl-C meets a $(...): without the trap below
    trap - EXIT
    trap '' INT TERM
    set +e
    exec 1>&"$stdout" 2>&"$stderr" # a signal arrives while a step's are elsewhere
    if [ -e "$run/banger/bangerd.sock" ] || compgen -G "$scratch/data/banger/vms/*" >/dev/null; then
        [ $status = 0 ] || say "     taking back what was made"
        timeout 120 "$banger" vm ls -q 2>/dev/null | grep -q . && timeout 120 "$banger" vm delete --force "$vm" >"$said" 2>&1 </dev/null
        timeout 60 "$banger" vm ls -q 2>/dev/null | grep -q . && left="a VM, in $scratch"
        timeout 60 "$banger" daemon stop >>"$said" 2>&1 </dev/null
    fi
    [ ! -e "/sys/class/net/$bridge" ] || left="${left:+$left; }the bridge $bridge"
    if [ -n "$left" ]; then
        [ $status != 0 ] || status=1
        failed=${failed:-clean-up}
        note_step clean-up false 0 "left over: $left" "XDG_DATA_HOME=$scratch/data XDG_RUNTIME_DIR=$run banger doctor --leaks"
        say "FAILED clean-up: left over: $left (folders $scratch and $run)" >&2
    else
        rm -rf "$scratch" "$run"
    fi
    if [ $json = yes ]; then
        [ $status = 0 ] && ok=true || ok=false
        printf '{"ok":%s,"banger":%s,"ms":%d,"failed":%s,"steps":[%s]}\n' "$ok" "$(quoted "$banger")" \
            $(($(date +%s%3N) - begun)) "$([ -n "$failed" ] && quoted "$failed" || echo null)" "$steps"
    elif [ $status = 0 ]; then
        say "all is well ($(seconds $(($(date +%s%3N) - begun))))"
    fi
    exit $status
}
exec {stdout}>&1 {stderr}>&2
trap leave EXIT
trap 'exit 130' INT TERM

# --- what is verified ---------------------------------------------------------------------------------------------

in_vm() { "$banger" vm exec "$vm" -- "$@"; }
expect() { # expect ACTUAL EXPECTED
    [ "$1" = "$2" ] || { echo "expected '$2', got '$1'" && return 1; }
}

machine() {
    "$banger" daemon start || return
    "$banger" doctor >"$scratch/doctor" 2>&1 || { grep -A 3 '^✗' "$scratch/doctor" && return 1; }
}
create() { "$banger" vm create --name "$vm"; }
exec_in() { expect "$(in_vm uname -s)/$(in_vm hostname)" "Linux/$vm"; }
copy() {
    head -c 100000 /dev/urandom >"$scratch/there"
    "$banger" vm cp "$scratch/there" "$vm":/root/there && "$banger" vm cp "$vm":/root/there "$scratch/back" || return
    cmp "$scratch/there" "$scratch/back"
}
names() {
    local gateway
    gateway=$(in_vm sh -c "ip -4 route show default | cut -d' ' -f3") || return
    expect "$(in_vm getent ahostsv4 host.vm | awk 'NR == 1 { print $1 }')" "$gateway"
}
boot_id() { in_vm cat /proc/sys/kernel/random/boot_id; }
restart_daemon() {
    local before
    before=$(boot_id) && "$banger" daemon restart || return
    expect "$(boot_id)" "$before"
}
stop_start() {
    in_vm sh -c 'echo kept >/root/file && echo kept >/etc/file && sync' || return
    "$banger" vm stop "$vm" && "$banger" vm start "$vm" || return
    expect "$(in_vm cat /root/file /etc/file | tr '\n' ' ')" "kept kept " && in_vm cat /root/there | cmp - "$scratch/there"
}
reach() { in_vm timeout 15 bash -c "exec 3<>/dev/tcp/${target%:*}/${target##*:}"; }
outbound() { reach || { echo "the VM does not reach $target" && return 1; }; }
cut_off() {
    local status=0
    "$banger" vm set --no-nat "$vm" || return
    reach || status=$?
    [ $status != 0 ] || { echo "the VM still reaches $target" && return 1; }
    [ $status != 124 ] || { echo "connections hang instead of being refused" && return 1; }
    "$banger" vm set --nat "$vm" && outbound
}
delete() {
    "$banger" vm delete --force "$vm" || return
    expect "$("$banger" vm ls -q 2>/dev/null)" ""
}

# What the packet filter holds: all of it where that may be read, else what is banger's.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
rules() {
    local verb priv
    cat /proc/sys/net/ipv4/ip_forward
    if as_root nft -s list ruleset 2>/dev/null; then return; fi
    priv=$(dirname "$(dirname "$(readlink -f "$banger")")")/libexec
    [ -x "$priv/banger-priv" ] || priv=$priv/banger
    for verb in nat-show dns-show guard-show; do echo '{}' | as_root "$priv/banger-priv" $verb || return; done
}
# Tables that another banger had here before: its VMs come and go meanwhile.
of_others() { grep -oE '^table [a-z]+ banger[a-z]*_[0-9]+_[a-z0-9]+' "$1" || true; }
without_others() {
    awk -v list="$scratch/others" 'FILENAME == list { other[$0]; next }
         /^table / { skip = ($1 " " $2 " " $3) in other }
         !skip' "$scratch/others" -
}
rules_before() {
    rules >"$scratch/all-rules" || return
    of_others "$scratch/all-rules" >"$scratch/others"
    without_others <"$scratch/all-rules" >"$scratch/rules"
}
rules_after() { "$banger" daemon stop && rules | without_others | diff "$scratch/rules" -; }

say "verifying $banger, $([ $nat = yes ] && echo "with" || echo "without") NAT"
step "this machine" "the lines that begin with fix; then run this again" machine
[ $nat = no ] || step "the packet filter can be read" "banger doctor says how to allow privileged steps" rules_before
step "create" "banger doctor; the messages above name the stage" create
step "exec" "what the daemon's log says of SSH" exec_in
step "cp there and back" "what the daemon's log says of SSH" copy
step "names in the VM" "banger plugin ls: is dns active? plugins/dns/README.md" names
if [ $nat = yes ]; then
    step "the VM reaches $target" "does this machine (--target)? banger doctor names filters that are in the way" outbound
    step "--no-nat cuts it off, --nat heals" "plugins/nat/README.md, 'Other firewalls'" cut_off
fi
step "restart of the daemon beside the VM" "the daemon's log above; docs/operations.md, 'When things die'" restart_daemon
step "stop, start, files survive" "the daemon's log above; docs/operations.md, 'Life of a VM'" stop_start
step "delete" "banger doctor --leaks" delete
[ $nat = no ] || step "packet filter as before" "the lines above were added (>) or are missing (<); plugins/nat/README.md, 'Undo by hand'" rules_after
