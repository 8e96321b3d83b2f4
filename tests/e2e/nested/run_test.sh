#!/usr/bin/env bash
# run.sh with a QEMU that only says what an L1 says: what becomes of it in the report, and that nothing is left.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
for program in mke2fs setpriv flock; do
    command -v $program >/dev/null || { echo "SKIP: no $program" && exit 77; }
done
[ "$(id -u)" = 0 ] || command -v fakeroot >/dev/null || { echo "SKIP: no fakeroot" && exit 77; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/bgr-nested.XXXXXX")
trap 'rm -rf "$dir"' EXIT
fail() {
    echo "FAIL: $*" >&2
    [ ! -s "$dir/said" ] || sed 's/^/  > /' "$dir/said" >&2
    exit 1
}

prefix=$dir/prefix
mkdir -p "$prefix"/{bin,libexec/banger,lib/banger/plugins,share/banger} "$dir/runtime" "$dir/bin"
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$1" != config ] || echo "{\\"tsc_khz\\": 2500000}" >"$XDG_STATE_HOME/banger/probe.json"\n' >"$prefix/bin/banger"
cp "$prefix/bin/banger" "$prefix/bin/bangerd"
cat >"$prefix/bin/banger-bundle" <<'SH'
#!/bin/sh
[ ! -e "$(dirname "$0")/broken" ] || { echo "no network here" >&2; exit 1; }
while [ "$1" != --out ]; do shift; done
mkdir -p "$2" && touch "$2/initramfs.img" "$2/vmlinux" "$2/rootfs.ext4"
SH
cat >"$dir/bin/qemu" <<'SH'
#!/bin/bash
echo $$ >"$LAB/qemu.pid"
printf '%s\n' "$@" >"$LAB/qemu.args"
nested() { printf '\n@nested %s\r\n' "$*"; }
. "$LAB/scene"
SH
chmod +x "$prefix"/bin/* "$dir/bin/qemu"
echo '{}' >"$dir/runtime/bundle.json"
echo key >"$dir/runtime/id_ed25519" && chmod 600 "$dir/runtime/id_ed25519"

export LAB=$dir BANGER_NESTED_DIR=$dir/lab BANGER_NESTED_PREFIX=$prefix BANGER_RUNTIME_DIR=$dir/runtime
export BANGER_NESTED_QEMU=$dir/bin/qemu
unset BANGER_FIRECRACKER BANGER_NESTED_LIMIT BANGER_BUILD_DIR
run() { timeout 100 env --default-signal=INT "$here/run.sh" >"$dir/said" 2>&1; }
ends() { # STATUS SCENE
    local status=0
    echo "$2" >"$dir/scene"
    run || status=$?
    [ $status = "$1" ] || fail "status $status instead of $1"
    nothing_left
}
says() { grep -qE -- "$1" "$dir/said" || fail "it does not say: $1"; }
gone() { ! kill -0 "$(cat "$dir/qemu.pid")" 2>/dev/null; }
within() {
    local n
    for n in $(seq 600); do "$@" && return 0 || sleep 0.1; done
    return 1
}
nothing_left() {
    within gone || fail "QEMU goes on"
    [ -z "$(find "$dir/lab" -maxdepth 1 -name 'work.*')" ] || fail "left: $(find "$dir/lab" -name 'work.*')"
}
good='nested plan kvm create; nested begin kvm 5; nested ok kvm all there; nested begin create 5; nested ok create; nested end'

ends 0 "$good"
says '^nested laboratory: passed in [0-9]+ s \(at most 1800 s\)$'
says '^  kvm +[0-9]+\.[0-9]  ok: all there$'
says '^  power-off +[0-9.]+  ok$'
says '^7 passed, 0 failed, 0 skipped$'
says 'without Firecracker'
grep -qE -- 'tsc_early_khz=2500000 .*init=/root/case.sh' "$dir/qemu.args" || fail "kernel arguments: $(cat "$dir/qemu.args")"
grep -qxF 'max,+svm,+npt' "$dir/qemu.args" || fail "no virtualisation: $(cat "$dir/qemu.args")"

ends 1 "nested plan kvm create start; printf 'half a line @nested begin kvm 5\n@nested ok kvm\n'; nested begin create 5
echo the cause; nested fail create no such thing; nested skip start after the failure of create; nested end"
says '^  create +[0-9.]+  failed: no such thing$'
says '^  start +skipped: after the failure of create$'
says '^  \| the cause$'
says "^console: $dir/lab/console.log$"
says 'passed, 1 failed, 1 skipped$'

ends 1 'nested plan kvm create; nested begin kvm 5; echo Kernel panic'
says '^  kvm +[0-9.]+  failed: L1 ended'
says '^  create +skipped: not reached$'
says '^  \| Kernel panic$'

ends 1 "$good; exit 3"
says 'power-off .*failed: QEMU ended with status 3'

# shellcheck disable=SC2016
ends 0 'if [ ! -e $LAB/once ]; then touch $LAB/once; echo "banger-init: the timer is out of tune: slow; rebooting"; else '"$good"'; fi'
says '7 passed'

export BANGER_NESTED_LIMIT=15
ends 1 'nested plan kvm; nested begin kvm 60; exec sleep 60'
says '^  kvm +[0-9.]+  failed: the whole run may take 15 s$'
unset BANGER_NESTED_LIMIT

touch "$prefix/bin/broken"
ends 1 "$good"
says '^  image +[0-9.]+  failed: no network here \(status 1\)$'
rm "$prefix/bin/broken"

echo 'nested plan kvm; nested begin kvm 60; exec sleep 60' >"$dir/scene"
for signal in INT:130 TERM:143; do
    rm -f "$dir/qemu.pid"
    env --default-signal=INT "$here/run.sh" >"$dir/said" 2>&1 &
    run=$!
    within grep -q '@nested begin' "$dir/lab/console.log" || fail "L1 does not come up"
    status=0
    "$here/run.sh" >"$dir/second" 2>&1 || status=$?
    [ $status = 2 ] && grep -q 'another run is at work' "$dir/second" || fail "a second run: $status $(cat "$dir/second")"
    kill -"${signal%:*}" $run
    status=0
    wait $run || status=$?
    [ $status = "${signal#*:}" ] || fail "status $status after SIG${signal%:*}"
    says 'kvm .*failed: interrupted'
    nothing_left
    : >"$dir/lab/console.log"
done

env --default-signal=INT "$here/run.sh" >"$dir/said" 2>&1 &
run=$!
within grep -q '@nested begin' "$dir/lab/console.log" || fail "L1 does not come up"
kill -KILL $run
wait $run 2>/dev/null || true
within gone || fail "QEMU outlived kill -9 of run.sh"
ends 0 "$good" # which takes away the other's folder
echo ok
