#!/usr/bin/env bash
# BANGER_FIRECRACKER: what is no Firecracker program is refused at once, with what it is instead, wherever it is given.
# usage: firecracker_test.sh PROGRAM, one that says of itself that it is Firecracker 1.15.1
set -euo pipefail
program=$1
tree=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "FAIL: $*" >&2 && exit 1; }

# refused FILE PATTERN
refused() {
    local said status=0
    said=$("$tree/scripts/firecracker-version.sh" "$1" 2>&1) || status=$?
    [ $status = 2 ] || fail "$1: status $status, $said"
    grep -qE "^error: BANGER_FIRECRACKER: $1 .*($2)" <<<"$said" || fail "$1: nothing matches /$2/ in: $said"
    grep -q '^hint: ' <<<"$said" || fail "$1: no hint: $said"
}

[ "$("$tree/scripts/firecracker-version.sh" "$program")" = 1.15.1 ] || fail "$program is refused"
refused "$dir/nosuch" 'does not exist'
refused "$dir" 'is not a file'
echo '<!DOCTYPE html>' >"$dir/page" && chmod +x "$dir/page"
refused "$dir/page" 'is no program'
: >"$dir/empty"
refused "$dir/empty" 'is no program'
tar -czf "$dir/release.tgz" -C "$dir" page
refused "$dir/release.tgz" 'is an archive'
install -m 644 "$program" "$dir/plain"
[ -x "$dir/plain" ] && fail "$dir/plain is executable"
refused "$dir/plain" 'is not executable'
cp -L /bin/true "$dir/true"
refused "$dir/true" "is not Firecracker; to --version it says 'true"
cp -L /bin/false "$dir/false"
refused "$dir/false" 'does not run here \(status 1\)'

# What FIRECRACKER may name: also a release, and a program that is not executable.
archive() { # STATUS PATTERN FILE
    local said status=0
    said=$("$tree/scripts/firecracker-version.sh" --archive "$3" 2>&1) || status=$?
    [ $status = "$1" ] && grep -qE "$2" <<<"$said" || fail "--archive $3: status $status, $said"
}
mkdir "$dir/release-v1.15.1-x86_64"
cp -L "$program" "$dir/release-v1.15.1-x86_64/firecracker-v1.15.1-x86_64"
tar -czf "$dir/whole.tgz" -C "$dir" release-v1.15.1-x86_64
tar -cf "$dir/whole.tar" -C "$dir" release-v1.15.1-x86_64
head -c $(($(stat -c %s "$dir/whole.tgz") / 2)) "$dir/whole.tgz" >"$dir/cut.tgz"
archive 0 '^1.15.1$' "$program"
archive 0 '^$' "$dir/plain"
archive 0 '^$' "$dir/whole.tgz"
archive 0 '^$' "$dir/whole.tar"
archive 2 "^error: FIRECRACKER: $dir/cut.tgz is damaged, or was cut off" "$dir/cut.tgz"
archive 2 'holds no firecracker program' "$dir/release.tgz"
archive 2 'is no program' "$dir/page"
archive 2 'does not exist' "$dir/nosuch"

# at_once COMMAND...: status 2 and the reason, before anything is built or booted
at_once() {
    local said status=0
    said=$(BANGER_FIRECRACKER=$dir/nosuch FIRECRACKER=$dir/nosuch timeout 20 "$@" 2>&1) || status=$?
    [ $status = 2 ] && grep -q "$dir/nosuch does not exist" <<<"$said" || fail "$*: status $status, $said"
}
at_once "$tree/test.sh" --no-deps
at_once "$tree/tests/e2e/nested/run.sh"
at_once make -C "$tree" test-nested
at_once make -C "$tree" runtime-bundle PRESET=none
echo ok
