#!/usr/bin/env bash
# An image goes into a file and to another daemon, where a VM is made of it; damaged and hostile files are refused.
. "$(dirname "$0")/lib.sh"

[ -x "$BANGER_BUILD_DIR/libexec/banger-image" ] || skip "banger-image is not built"
banger image ls >/dev/null # starts the daemon
banger plugin ls --json | jq -e '.[] | select(.id == "imagebuild" and .state == "active")' >/dev/null ||
    skip "the plugin imagebuild is not active"
image=$(banger image ls --json | jq -r '.[] | select(.kind == "bundle") | .name')
[ -n "$image" ] || fail "no image of the bundle: $(banger image ls)"
images() { banger image ls --json | jq -r '[.[].name] | sort | join(" ")'; }
# Nothing but what it has registered is in the store: folders of images, and none that is being made.
store() { find "$1/image-store" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null | wc -l; }
stagings() { find "$data/image-store/.staging" -mindepth 1 2>/dev/null | wc -l; }
nothing_new() { # nothing_new IMAGES STORED
    same "$(images)" "$1" "image ls"
    same "$(store "$data")" "$2" "folders in the store"
    same "$(stagings)" 0 "stagings"
}

step "export of $image"
archives=$root/archives
mkdir "$archives"
banger image export "$image" "$archives/a.tar.zst" --json 2>/dev/null >"$root/exported"
same "$(jq -r .sha256 "$root/exported")" "$(sha256sum "$archives/a.tar.zst" | cut -d' ' -f1)" "the checksum"
zstd -t -q "$archives/a.tar.zst"
same "$(tar -tf "$archives/a.tar.zst" | sed -n 1p)" manifest.json "the first member"
must_fail 'is there already' banger image export "$image" "$archives/a.tar.zst"
banger image export "$image" "$archives/a.tar.zst" --replace >/dev/null 2>&1
same "$(sha256sum "$archives/a.tar.zst" | cut -d' ' -f1)" "$(jq -r .sha256 "$root/exported")" "the same bytes again"
same "$(ls "$archives")" a.tar.zst "nothing beside it"

step "a cancelled export leaves nothing"
env --default-signal=INT banger image export "$image" "$archives/b.tar.zst" >"$root/out" 2>&1 &
pid=$!
running() { [ -n "$(banger op ls --json | jq -r '.[] | select(.state == "running") | .id')" ]; }
within 60 running || fail "no operation runs: $(cat "$root/out")"
banger op cancel "$(banger op ls --json | jq -r '.[] | select(.state == "running") | .id')" >/dev/null
wait $pid && fail "the end of a cancelled export is no success"
same "$(ls "$archives")" a.tar.zst "after the cancelled export"

step "import at another daemon, whose disk has no room, and with room"
banger daemon stop
mv "$XDG_DATA_HOME" "$root/first-data"
mkdir -p "$data"
mount -t tmpfs -o size=32m tmpfs "$data"
must_fail "the image takes .* $data/image-store/.* free" banger image import "$archives/a.tar.zst" --name moved
grep -q 'make room on that disk' <<<"$said" || fail "no way out: $said"
nothing_new "$image" 0
mount -o remount,size=1200m "$data"
banger image import "$archives/a.tar.zst" --name moved >/dev/null 2>"$root/err" || fail "$(cat "$root/err")"
same "$(banger image show moved --json | jq -r '.kind, .source' | xargs)" "managed import" "the image"
folder=$(dirname "$(banger image show moved --json | jq -r .rootfs)")
cmp "$folder/rootfs.ext4" "$(banger image show "$image" --json | jq -r .rootfs)"
same "$(store "$data")" 1 "folders in the store"
must_fail 'already' banger image import "$archives/a.tar.zst" --name moved

step "a VM of it"
banger vm create --name box --image moved >/dev/null
same "$(banger vm exec box -- echo hello)" hello "what it says"
same "$(field box image)" moved "the VM's image"
banger vm delete --force box >/dev/null

step "damaged and hostile archives"
before=$(images)
refused() { # refused PATTERN FILE
    must_fail "$1" banger image import "$2" --name evil
    nothing_new "$before" 1
}
head -c 1000000 "$archives/a.tar.zst" >"$archives/cut.tar.zst"
refused 'cannot be read|too early' "$archives/cut.tar.zst"
cp "$archives/a.tar.zst" "$archives/longer.tar.zst" && echo more >>"$archives/longer.tar.zst"
refused 'cannot be read|follows' "$archives/longer.tar.zst"
cp "$archives/a.tar.zst" "$archives/flipped.tar.zst"
printf '\377\377\377\377' | dd of="$archives/flipped.tar.zst" bs=1 seek=$(($(stat -c %s "$archives/a.tar.zst") / 2)) conv=notrunc status=none
refused 'cannot be read|checksum|follows|declare' "$archives/flipped.tar.zst"
refused 'cannot be read|first member' "$config"
refused 'missing|No such file' "$archives/none.tar.zst"

mkdir "$root/hand"
cd "$root/hand"
truncate -s 1M rootfs.ext4
declare_root() { # declare_root SIZE SHA256
    printf '{"format":"banger-image","version":1,"files":[{"name":"rootfs.ext4","size":%s,"sha256":"%s"}]}' "$1" "$2" >manifest.json
}
sum=$(sha256sum rootfs.ext4 | cut -d' ' -f1)
declare_root 1048576 "$(printf '0%.0s' {1..64})"
tar -cf "$archives/sum.tar" manifest.json rootfs.ext4
refused 'checksum' "$archives/sum.tar"
declare_root 1048577 "$sum"
tar -cf "$archives/size.tar" manifest.json rootfs.ext4
refused 'declare' "$archives/size.tar"
declare_root 1048576 "$sum"
tar -cf "$archives/late.tar" rootfs.ext4 manifest.json
refused 'first member' "$archives/late.tar"
echo x >../evil
tar -P -cf "$archives/dots.tar" manifest.json rootfs.ext4 ../evil
refused 'not declared' "$archives/dots.tar"
ln -s /etc/passwd vmlinuz
tar -cf "$archives/link.tar" manifest.json rootfs.ext4 vmlinuz
refused 'neither a file' "$archives/link.tar"
declare_root 4398046511104 "$sum"
tar -cf "$archives/bomb.tar" manifest.json rootfs.ext4
refused 'free|declare' "$archives/bomb.tar"
declare_root 1048576 "$sum"
tar --zstd -cf "$archives/empty-root.tar.zst" manifest.json rootfs.ext4
refused 'ext4' "$archives/empty-root.tar.zst" # whole, but no file system: the daemon refuses it

step "a daemon that is killed while it imports"
env --default-signal=INT banger image import "$archives/a.tar.zst" --name killed >/dev/null 2>&1 &
pid=$!
unpacking() { [ "$(stagings)" -gt 0 ]; }
within 60 unpacking || fail "nothing is unpacked"
kill_daemon
wait $pid && fail "the end of a killed daemon is no success"
no_tool() { ! pgrep -x banger-image >/dev/null; }
within 10 no_tool || fail "banger-image outlives its daemon"
banger image ls >/dev/null
nothing_made() { [ "$(stagings)" = 0 ]; }
within 30 nothing_made || fail "a staging is left: $(ls "$data/image-store/.staging")"
nothing_new "$before" 1

step "it goes with its files"
banger image delete moved >/dev/null
same "$(store "$data")" 0 "folders in the store"
cd /
banger daemon stop
umount "$data"
