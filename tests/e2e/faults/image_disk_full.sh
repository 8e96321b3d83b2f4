#!/usr/bin/env bash
# The disk with the images fills up while one is built: the error names the disk, nothing is left, and the next build works.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../image_fixture.sh"
only_qemu "Firecracker does not pause a guest whose disk found no room"

mkdir -p "$data"
mount -t tmpfs -o size=1200k tmpfs "$data"
step "no room for a VM"
must_fail "no space left|space left" banger image build app --package case-one
expect_images debian

step "no room for what the guest writes"
mount -o remount,size=480m "$data" # a base that is copied, as it lies on another disk, and little more
printf 'commands:\n  - head -c 200m /dev/urandom >/big && sync\n' >"$recipes/large.yaml"
must_fail "command at large.yaml:2: .*no space left on the disk of $data/" banger image build app --recipe "$recipes/large.yaml"
grep -q 'free some space on that disk' <<<"$said" || fail "no way out: $said"
expect_images debian

step "no room for the image"
echo true >"$recipes/nothing.sh"
must_fail "$data/image-store/.*No space left" banger image build app --script "$recipes/nothing.sh"
expect_images debian

step "and with room"
mount -o remount,size=1500m "$data"
printf '%s\npackages: [case-one]\n' "$(registry_yaml)" >"$recipes/app.yaml"
banger image build app --recipe "$recipes/app.yaml" >/dev/null 2>"$root/err" || fail "$(cat "$root/err")"
expect_images app debian
banger image delete app
banger daemon stop
umount "$data"
end_registry
