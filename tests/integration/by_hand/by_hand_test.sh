#!/usr/bin/env bash
# runtime/interactive.sh, customize.sh and make-rootfs.sh against a banger that only notes what it is asked. Boots nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export ASKED=$scratch/asked VMS=$scratch/vms

fail() {
    echo "FAIL: $*" >&2
    exit 1
}
step() { echo "== $*"; }
same() { [ "$1" = "$2" ] || fail "$3: expected '$2', got '$1'"; } # ACTUAL EXPECTED WHAT

# One VM, whose name is replaced by VM in the notes; the images base and taken. FAIL, ALSO: commands that do not work.
mkdir bin
cat >bin/banger <<'SH'
#!/bin/bash
words=$*
name=$(cat "$VMS" 2>/dev/null)
case "$1 $2" in
"vm create") echo "$4" >"$VMS" && name=$4 ;;
"vm show") [ -n "$name" ] && [ "$3" = "$name" ]; exit ;;
"vm delete") rm -f "$VMS" ;;
"image show") [ "$3" = base ] || [ "$3" = taken ] || exit 3; exit 0 ;;
esac
printf '%s\n' "${words//"$name"/VM}" | head -n 1 >>"$ASKED"
[ -z "${ALSO:-}" ] || [[ $words != *"$ALSO"* ]] || exit 1
[ -z "${FAIL:-}" ] || [[ $words != *"$FAIL"* ]] || { echo "banger: no" >&2 && exit "${STATUS:-1}"; }
[ "$1 $2" != "vm ssh" ] || [ -z "${SHELL_SLEEPS:-}" ] || sleep 60
exit 0
SH
chmod +x bin/banger
export PATH=$scratch/bin:$PATH

# run SCRIPT ARGS...: sets $status, $said; $asked is what banger was asked
run() {
    local script=$1
    shift
    : >"$ASKED"
    status=0
    said=$("$tree/runtime/$script.sh" "$@" 2>&1) || status=$?
    asked=$(cat "$ASKED")
    [ ! -e "$VMS" ] || [ "${stays:-no}" = yes ] || fail "$script $*: the VM stays"
}
refused() { # STATUS PATTERN SCRIPT ARGS...: before anything is made
    local expected=$1 pattern=$2
    shift 2
    run "$@" </dev/null
    same "$status" "$expected" "status of $*"
    grep -qE -- "$pattern" <<<"$said" || fail "$*: nothing matches /$pattern/ in: $said"
    same "$asked" "" "what was asked for $*"
}

step "help and wrong options"
for script in interactive customize make-rootfs; do
    run $script --help
    same "$status/$(head -c 6 <<<"$said")" 0/usage: "$script --help"
    refused 2 'unknown option --nosuch' $script --nosuch
done
refused 2 'exclude each other' interactive --keep a --drop
refused 1 "'A b' is no name" interactive --keep 'A b'
refused 1 "there is an image 'taken' already" customize --name taken
refused 2 '--name is needed' customize --from base
refused 1 '/nosuch does not exist' customize --name new --copy /nosuch:/etc/x
refused 1 'absolute PATH' customize --name new --copy bin:etc
refused 1 '/nosuch is no file' customize --name new --script /nosuch
refused 1 "is no name of a package" customize --name new --package '--reinstall'
refused 1 '/nosuch/banger is no program' customize --name new --banger /nosuch/banger

step "a shell, kept by an option, by an answer, dropped"
run interactive --from base --keep new -- --memory 2G </dev/null
same "$status" 0 "status ($said)"
same "$asked" "vm create --name VM --image base --memory 2G
vm ssh VM
vm commit VM new --stop
vm delete --force VM" "what is asked"
run interactive --keep taken --replace </dev/null
grep -qx 'vm commit VM taken --stop --replace' <<<"$asked" || fail "$asked"
printf 'No Name\ntaken\nmine\n' >answers
run interactive <answers
grep -qx 'vm commit VM mine --stop' <<<"$asked" || fail "$asked"
for answers in /dev/null answers; do
    echo >answers
    run interactive <$answers
    same "$status" 0 "status ($said)"
    ! grep -q commit <<<"$asked" || fail "kept without an answer: $asked"
done
run interactive --drop </dev/null
! grep -q commit <<<"$asked" || fail "--drop keeps: $asked"
FAIL='vm ssh' STATUS=3 run interactive --keep new </dev/null # of the shell's last command
grep -q commit <<<"$asked" || fail "the status of the shell's last command ends it"
FAIL='vm ssh' STATUS=255 run interactive --keep new </dev/null # of that, too: the VM answers
same "$status" 0 "status ($said)"
grep -q commit <<<"$asked" || fail "a last command that ends with 255 loses the work"
vm_stays() { # SAVES: and the user is told its name, how to save it and how it goes
    same "$status" 1 "status ($said)"
    local vm
    vm=$(cat "$VMS") || fail "the VM is gone, and the work in it"
    grep -qF "the VM $vm stays" <<<"$said" || fail "the VM is not named: $said"
    grep -qF "banger vm commit $vm $1 saves" <<<"$said" || fail "nothing says how to save it: $said"
    grep -qF "banger vm delete --force $vm removes" <<<"$said" || fail "nothing says how it goes: $said"
    rm -f "$VMS"
}
stays=yes FAIL='vm ssh' STATUS=255 ALSO='vm exec' run interactive --keep new </dev/null
! grep -q commit <<<"$asked" || fail "kept after ssh broke off"
vm_stays 'new --stop'
stays=yes FAIL='vm ssh' STATUS=255 ALSO='vm exec' run interactive </dev/null
vm_stays 'NAME --stop'
FAIL='vm ssh' STATUS=255 ALSO='vm exec' run interactive --drop </dev/null
same "$status" 1 "status when ssh breaks off"
stays=yes FAIL=commit run interactive --keep taken --replace </dev/null
vm_stays 'taken --stop --replace'
FAIL='vm create' run interactive --drop </dev/null
same "$status" 1 "status without a VM"

step "customizing"
mkdir folder && echo x >folder/f
printf '#!/bin/sh\n' >step.sh
run customize --name new --from base --package a --package b --copy folder:/srv/f --script step.sh -- --disk 20G
same "$status" 0 "status ($said)"
same "$asked" "vm create --name VM --image base --disk 20G
vm exec VM -- sh -c set -e
vm exec VM -- mkdir -p -- /srv
vm cp $(realpath folder) VM:/srv/f
vm cp $(realpath step.sh) VM:/root/.customize
vm exec VM -- chmod 700 /root/.customize
vm exec VM -- /root/.customize
vm exec VM -- rm -f /root/.customize
vm commit VM new --stop
vm delete --force VM" "what is asked"
for what in apt-get folder '-- /root/.customize'; do
    FAIL=$what run customize --name new --package a --copy folder:/srv/f --script step.sh
    [ "$status" != 0 ] || fail "$what failed and nobody says so"
    ! grep -q commit <<<"$asked" || fail "an image after $what failed"
    grep -q 'vm delete --force VM' <<<"$asked" || fail "the VM stays after $what failed"
done
stays=yes FAIL=commit run customize --name new --package a
vm_stays 'new --stop'
stays=yes FAIL='-- /root/.customize' run customize --name new --script step.sh --keep-vm
grep -q 'banger vm delete --force hand-' <<<"$said" || fail "--keep-vm does not say how it goes: $said"
rm -f "$VMS"

step "interrupted"
: >"$ASKED"
SHELL_SLEEPS=yes setsid env --default-signal=INT "$tree/runtime/interactive.sh" --keep new >said 2>&1 </dev/null &
pid=$!
for _ in $(seq 100); do
    if grep -q 'vm ssh' "$ASKED"; then break; fi
    sleep 0.1
done
kill -INT -- -$pid
status=0
wait $pid || status=$?
same $status 130 "status when interrupted"
[ ! -e "$VMS" ] || fail "the VM stays"
! grep -q commit "$ASKED" || fail "an image of a shell that was interrupted"

step "a root file system"
refused 2 '--out is needed' make-rootfs
refused 1 'has no packages' make-rootfs --out f --recipe "$scratch"
refused 1 'no runtime bundle in /nosuch' make-rootfs --out f --bundle /nosuch
mkdir -p bundle/modules build/bin
for wrong in '--size 2G' '--release Bookworm/x' '--package --x'; do
    # shellcheck disable=SC2086
    refused 1 'next: ' make-rootfs --out f --bundle bundle $wrong
done
cat >build/bin/banger-bundle <<'SH'
#!/bin/bash
echo "$*" >>"$ASKED"
cat "$3" "$(dirname "$3")/recipe/packages" >"$ASKED.manifest"
exit "${STATUS:-0}"
SH
chmod +x build/bin/banger-bundle
: >f
BANGER_BUILD_DIR=$scratch/build run make-rootfs --out f --bundle bundle --package htop --mirror http://127.0.0.1/debian --size 900
same "$status" 0 "status ($said)"
grep -q -- '^rootfs --manifest .* --bundle bundle .*--out f$' <<<"$asked" || fail "$asked"
for line in 'release = "bookworm"' 'mirror = "http://127.0.0.1/debian"' 'size_mib = 900' htop openssh-server; do
    grep -qx -- "$line" "$ASKED.manifest" || fail "no '$line' in $(cat "$ASKED.manifest")"
done
STATUS=1 BANGER_BUILD_DIR=$scratch/build run make-rootfs --out f --bundle bundle
same "$status" 1 "status of a build that fails"
echo PASS
