#!/usr/bin/env bash
# A runtime bundle that is built again: VMs keep the base they were made with, new ones get the new one.
. "$(dirname "$0")/lib.sh"

bundle=$root/bundle
bundle_copy "$bundle"
# All that a VM boots from, so that it lies on one file system with the VMs, wherever that is.
for file in rootfs.ext4 initramfs.img vmlinuz vmlinux bundle.json; do
    rm "$bundle/$file"
    cp --sparse=always "$BANGER_RUNTIME_DIR/$file" "$bundle/"
done
export BANGER_RUNTIME_DIR=$bundle

# rebuild WORD: another root file system takes the old one's place, as the builder does it.
rebuild() {
    cp --sparse=always "$bundle/rootfs.ext4" "$bundle/next"
    echo "$1" >"$root/build"
    debugfs -w -R "rm /etc/build" "$bundle/next" >/dev/null 2>&1
    debugfs -w -R "write $root/build /etc/build" "$bundle/next" >/dev/null 2>&1
    mv "$bundle/next" "$bundle/rootfs.ext4"
    touch "$bundle/bundle.json"
}
build_of() { banger vm exec "$1" -- cat /etc/build; }

rebuild one
banger vm create --name a
same "$(build_of a)" one "build of a"
banger vm exec a -- sh -c 'echo kept > /opt/f; sync'
same "$(du -s --block-size=1M "$data/images" 2>/dev/null | cut -f1)" "" "copies beside the links"

step "a new root file system"
rebuild two
banger vm create --name b
same "$(build_of b)" two "build of b"
same "$(banger image show debian --json | jq -c .older_base)" '["a"]' "VMs of the old build"
banger vm restart a
same "$(build_of a) $(banger vm exec a -- cat /opt/f)" "one kept" "a after a restart"
kill_daemon
banger vm restart a
same "$(build_of a)" one "build of a after a restart of the daemon"
banger vm delete --force b

step "a new kernel that does not fit the old base"
kernel=$(jq -r .kernel.version "$bundle/bundle.json")
sed -i 's/"version": "6[^"]*"/"version": "9.9.9"/' "$bundle/bundle.json"
echo "for another kernel" >"$bundle/next"
mv "$bundle/next" "$bundle/initramfs.img"
banger vm restart a
same "$(build_of a)" one "build of a with its own kernel"

step "an image that is made of it boots what it boots"
banger vm commit a saved --stop
same "$(banger image show saved --json | jq -r .kernel_version)" "$kernel" "kernel of the image"
banger vm create --name s --image saved
same "$(build_of s) $(banger vm exec s -- cat /opt/f)" "one kept" "s"
banger vm delete --force s
banger image delete saved

step "a registered image that is changed in place"
cp --sparse=always "$(field a paths.dir)/base.ext4" "$root/own.ext4"
cp "$(field a paths.dir)/initramfs.img" "$root/own.img"
banger image register own --rootfs "$root/own.ext4" --initrd "$root/own.img"
banger vm create --name c --image own
banger vm stop c
touch -d '1 hour ago' "$root/own.ext4"
must_fail 'own\.ext4.*changed in place' banger vm start c
expect_state c stopped
banger vm delete c

step "a registered image that is deleted"
banger vm create --name c --image own
rm "$root/own.ext4"
banger vm restart c
same "$(build_of c)" one "build of c"
