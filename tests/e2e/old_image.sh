#!/usr/bin/env bash
# An image of a time before this banger: no work seed, another key in its /root, an agent that the host cannot talk to.
# The first create takes its /root along and says that this was slower once, later ones are as any; all are logged in to.
. "$(dirname "$0")/lib.sh"

for program in debugfs ssh-keygen jq; do
    PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || skip "$program is needed (scripts/deps.sh)"
done
[ -x "$BANGER_BUILD_DIR/libexec/banger-image" ] || skip "banger-image is not built"
export PATH=$PATH:/usr/sbin:/sbin

agent=/usr/lib/banger/banger-vsock-agent
keys=/root/.ssh/authorized_keys
image=$root/old.ext4

# put FILE PATH: into the image, instead of what is there. debugfs ends with 0 whatever happened.
put() {
    debugfs -w -R "rm $2" "$image" >/dev/null 2>&1
    debugfs -w -R "write $1 $2" "$image" >/dev/null 2>&1
    debugfs -R "cat $2" "$image" 2>/dev/null | cmp -s - "$1" || fail "$2 was not written into the image"
}
stages() { banger vm show "$1" --json | jq -r '.timings[].stage'; }
guest() { banger vm exec "$1" -- "${@:2}"; }

step "the image"
cp --sparse=always "$BANGER_RUNTIME_DIR/$(jq -r .rootfs.path "$BANGER_RUNTIME_DIR/bundle.json")" "$image"
for name in old mine; do
    ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$root/key-$name"
done
{
    cat "$root/key-mine.pub"
    echo '# banger: begin, rewritten at every start'
    cat "$root/key-old.pub"
    echo '# banger: end'
} >"$root/keys"
chmod 600 "$root/keys"
debugfs -w -R "mkdir /root/.ssh" "$image" >/dev/null 2>&1 || true
put "$root/keys" $keys
echo kept >"$root/note"
put "$root/note" /root/note
printf '#!/bin/sh\n[ "${1:-}" != booted ] || exit 0\nexec sleep infinity\n' >"$root/agent"
chmod 755 "$root/agent"
debugfs -R "stat $agent" "$image" 2>/dev/null | grep -q 'Type: regular' || fail "there is no $agent in the bundle's image"
put "$root/agent" $agent
banger image register old --rootfs "$image"
same "$(banger image show old --json | jq -r .own_work_seed)" false "a work seed of its own"

# logs_in VM: what was in /root is there, the key of old is not, that of the user is.
logs_in() {
    same "$(guest "$1" cat /root/note)" kept "what the image had in /root"
    same "$(guest "$1" head -c 9 $agent)" '#!/bin/sh' "the agent, which is the image's own"
    guest "$1" cat $keys >"$root/seen"
    grep -qF "$(cut -d' ' -f2 "$root/key-mine.pub")" "$root/seen" || fail "the user's own key is gone: $(cat "$root/seen")"
    ! grep -qF "$(cut -d' ' -f2 "$root/key-old.pub")" "$root/seen" || fail "the old key still lets in: $(cat "$root/seen")"
}

step "the first create"
banger vm create --name first --image old 2>"$root/said"
grep -q 'slower once' "$root/said" || fail "the first create does not say so: $(cat "$root/said")"
stages first | grep -qx 'work seed' || fail "stages: $(stages first | xargs)"
logs_in first

step "the second create"
banger vm create --name second --image old 2>"$root/said"
! grep -q 'slower once' "$root/said" || fail "the second create is slower, too: $(cat "$root/said")"
! stages second | grep -qx 'work seed' || fail "stages: $(stages second | xargs)"
logs_in second
banger vm delete --force first second

step "a new root file system is looked at again"
banger image delete old
echo changed >"$root/note"
put "$root/note" /root/note
banger image register old --rootfs "$image"
banger vm create --name third --image old 2>"$root/said"
grep -q 'slower once' "$root/said" || fail "another root file system has the seed of the old one: $(cat "$root/said")"
same "$(guest third cat /root/note)" changed "what the image has in /root now"
banger vm delete --force third
banger image delete old
