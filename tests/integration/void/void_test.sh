#!/usr/bin/env bash
# shellcheck disable=SC2016
# The Void path against a repository of its own: kernel, root file system, and what a bad mirror may do. Boots nothing.
# usage: void_test.sh; BANGER_BUILD_DIR and BANGER_RUNTIME_DIR name other folders than build/dev and runtime/bundle.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../../.." && pwd)
export BANGER_BUILD_DIR=${BANGER_BUILD_DIR:-$tree/build/dev} PATH=$PATH:/usr/sbin:/sbin
bundle=${BANGER_RUNTIME_DIR:-$tree/runtime/bundle}
skip() { echo "SKIP: $*" && exit 77; }
for tool in openssl zstd socat mke2fs debugfs cpio; do command -v $tool >/dev/null || skip "$tool is not installed"; done
[ -f "$bundle/vmlinuz" ] || skip "no runtime bundle in $bundle (make runtime-bundle)"
for program in bin/banger-xbps bin/banger-bundle libexec/banger-init libexec/banger-vsock-agent; do
    [ -x "$BANGER_BUILD_DIR/$program" ] || skip "no $program in $BANGER_BUILD_DIR"
done
apart=(unshare --mount --pid --fork --net)
[ "$(id -u)" = 0 ] || apart+=(--map-root-user --map-auto)
"${apart[@]}" true 2>/dev/null || skip "this machine lets us make no namespaces with subordinate ids"

# On the build's disk: kernels and file systems are large for a /tmp in memory.
scratch=$(mktemp -d /var/tmp/bgr-void.XXXXXX)
server=
leave() {
    status=$?
    trap - EXIT
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$scratch" 2>/dev/null || "${apart[@]}" rm -rf "$scratch"
    exit $status
}
trap leave EXIT
trap 'exit 130' INT TERM
repo=$scratch/repo keys=$scratch/keys
mkdir "$repo" "$keys"
# shellcheck source-path=SCRIPTDIR source=repository.sh
. "$here/repository.sh"

fail() {
    echo "FAIL: $*" >&2
    exit 1
}
step() { echo "== $*"; }
same() { [ "$1" = "$2" ] || fail "$3: expected '$2', got '$1'"; } # ACTUAL EXPECTED WHAT
# must_fail PATTERN COMMAND...: it fails, says so in these words and what to do next, and leaves nothing half done.
must_fail() {
    local pattern=$1 said status=0
    shift
    said=$("$@" 2>&1 </dev/null) || status=$?
    [ $status = 1 ] || fail "ended with $status: $* ($said)"
    grep -qE -- "$pattern" <<<"$said" || fail "$*: nothing matches /$pattern/ in: $said"
    grep -q 'next: ' <<<"$said" || fail "no next step: $said"
    left=$(find "$scratch" -maxdepth 1 -name '.*.new' -o -name '.*.old.*')
    [ -z "$left" ] || fail "left: $left"
}

# --- the repository -----------------------------------------------------------------------------------------------

step "a repository in the mirror's format"
new_key mirror
new_key stranger
package() { # package NAME: an empty tree for it
    mkdir -p "$scratch/p/$1"
    echo "$scratch/p/$1"
}
p=$(package base-files)
mkdir -p "$p/etc" "$p/usr/bin"
echo 'root:x:0:0:root:/root:/bin/bash' >"$p/etc/passwd"
ln -s usr/bin "$p/bin"
ln -s usr/lib "$p/lib"
ln -s usr/lib "$p/lib64"
printf '#!/bin/sh\n[ "$1" = post ] && echo "$1 $2 $3 $4 $5 $6" >/etc/configured\nexit 0\n' >"$p/INSTALL"
pack "$p" base-files-0.145_3

# This machine's shell and its libraries stand in for Void's.
p=$(package glibc)
mkdir -p "$p/usr/lib"
while read -r library; do
    cp -L "$library" "$p/usr/lib/"
done < <(ldd "$(command -v dash)" | grep -o '/[^ ]*')
pack "$p" glibc-2.41_1 "$(list run_depends 'base-files>=0.100')"
p=$(package dash)
mkdir -p "$p/usr/bin"
cp -L "$(command -v dash)" "$p/usr/bin/dash"
alternatives() { printf '<key>alternatives</key><dict><key>sh</key><array><string>sh:/usr/bin/%s</string></array></dict>' "$1"; }
pack "$p" dash-0.5.12_1 "$(list run_depends 'glibc>=2.36_1')$(alternatives dash)"
p=$(package bash)
mkdir -p "$p/usr/bin"
printf 'not a shell\n' >"$p/usr/bin/bash"
chmod 4755 "$p/usr/bin/bash"
pack "$p" bash-5.2.37_1 "$(list run_depends 'glibc>=2.36_1<3')$(alternatives bash)"
p=$(package micro-editor)
mkdir -p "$p/usr/bin"
echo editor >"$p/usr/bin/me"
pack "$p" micro-editor-1.0_1 "$(list provides vi-7.0_1)"
p=$(package tools)
mkdir -p "$p/usr/share/tools"
echo tools >"$p/usr/share/tools/a"
ln "$p/usr/share/tools/a" "$p/usr/share/tools/b"
printf '#!/bin/sh\nexit 3\n' >"$p/INSTALL"
pack "$p" tools-1.2_1 "$(list run_depends 'vi>=6.0' 'bash-5.2.37_1' 'tools-doc>=0')"
p=$(package tools-doc) # a circle
echo doc >"$p/doc"
pack "$p" tools-doc-1.2_1 "$(list run_depends 'tools>=0')"

version=$(basename "$bundle"/modules/*)
p=$(package linux6.12)
mkdir -p "$p/boot" "$p/usr/lib/modules"
cp "$bundle/vmlinuz" "$p/boot/vmlinuz-$version"
cp "$bundle/config" "$p/boot/config-$version"
cp -r "$bundle/modules/$version" "$p/usr/lib/modules/"
ln -s ../../../src/kernel-headers "$p/usr/lib/modules/$version/build"
pack "$p" linux6.12-6.12.68_1
index

recipe=$scratch/recipe
mkdir -p "$recipe/files/etc"
printf 'base-files bash   # a remark\ndash tools\n' >"$recipe/packages"
echo 'sh dash' >"$recipe/alternatives"
echo ours >"$recipe/files/etc/ours"
printf '#!/bin/sh\nset -eu\necho "$1" >/etc/customized\nmkdir() { :; }\n' >"$recipe/customize"

export VOID_CACHE=$scratch/cache VOID_KEY=$keys/mirror.pub VOID_MIRROR=$repo
export VOID_KERNEL_OUT=$scratch/kernel VOID_ROOTFS_OUT=$scratch/rootfs VOID_RECIPE=$recipe
make_kernel() { "$tree/runtime/void/make-kernel.sh" "$@"; }
make_rootfs() { "$tree/runtime/void/make-rootfs.sh" --no-tools "$@"; }

# --- what works ---------------------------------------------------------------------------------------------------

step "help, wrong options"
for script in make-kernel make-rootfs verify build-tree; do
    "$tree/runtime/void/$script.sh" --help | grep -q usage || fail "$script.sh --help says nothing"
done
status=0
make_kernel --nosuch 2>/dev/null || status=$?
same $status 2 "status of a wrong option"

step "a kernel, over HTTP"
serve || fail "nothing serves on loopback"
make_kernel --mirror "$url/"
cmp "$VOID_KERNEL_OUT/vmlinuz" "$bundle/vmlinuz"
cmp "$VOID_KERNEL_OUT/vmlinux" "$bundle/vmlinux"
cmp "$VOID_KERNEL_OUT/config" "$bundle/config"
same "$(ls "$VOID_KERNEL_OUT/modules")" "$version" "modules"
same "$(ls "$VOID_KERNEL_OUT")" "$(printf '%s\n' config initramfs.img modules vmlinux vmlinuz)" "what is staged"
mkdir "$scratch/i"
(cd "$scratch/i" && cpio -id --quiet init 'lib/*' <"$VOID_KERNEL_OUT/initramfs.img")
cmp "$scratch/i/init" "$BANGER_BUILD_DIR/libexec/banger-init"
for module in virtio_blk overlay virtio_net; do
    grep -q "/$module.ko" "$scratch/i/lib/modules/list" || fail "the initramfs has no $module"
done
! grep -q '/ext4.ko' "$scratch/i/lib/modules/list" || fail "ext4 is built in here"
must_fail 'HTTP status 404' make_kernel --mirror "$url/elsewhere"
must_fail "no package 'linux9.9'" make_kernel --package linux9.9
must_fail 'holds 0 kernels' make_kernel --package dash
cmp "$VOID_KERNEL_OUT/vmlinuz" "$bundle/vmlinuz" # the one before stays

step "folders of somebody else"
mkdir -p "$scratch/mine" "$scratch/kernel.old"
touch "$scratch/mine/thesis" "$scratch/kernel.old/thesis"
must_fail 'is not empty, and nothing says' make_kernel --out "$scratch/mine"
must_fail 'is not empty, and nothing says' make_rootfs --out "$scratch/mine"
must_fail 'is not empty, and nothing says' env "VOID_CACHE=$scratch/mine" "$tree/runtime/void/make-rootfs.sh" --no-tools --refresh
must_fail 'is no folder' make_kernel --out "$scratch/mine/thesis"
make_kernel >/dev/null # in the place of the one that we made
VOID_CACHE=$scratch/mine make_kernel >/dev/null
[ ! -e "$scratch/mine/.banger-void" ] || fail "a folder of somebody else is marked as ours"
[ -f "$VOID_KERNEL_OUT/.banger-void" ] || fail "what we made has no mark"
for file in mine/thesis kernel.old/thesis; do [ -f "$scratch/$file" ] || fail "$file, of somebody else, is gone"; done
mv "$VOID_KERNEL_OUT" "$scratch/.kernel.old.1" # as a run leaves it that was killed between its two moves
must_fail "no package 'linux9.9'" make_kernel --package linux9.9
cmp "$VOID_KERNEL_OUT/vmlinuz" "$bundle/vmlinuz" # it is back
rm -rf "$scratch/mine" "$scratch/kernel.old"

step "a root file system"
make_rootfs 2>&1 | tee "$scratch/said"
grep -q 'warning .*tools-1.2_1: its script (post) failed' "$scratch/said" || fail "a failing script is not told"
grep -q 'as staged' "$scratch/said" || fail "the staged kernel's modules are not taken"
image=$VOID_ROOTFS_OUT/rootfs.ext4
e2fsck -fn "$image" >/dev/null 2>&1 || fail "the file system is damaged"
in_image() { debugfs -R "$1" "$image" 2>/dev/null; }
content() { in_image "cat $1"; }
mode_of() { in_image "stat $1" | sed -n 's/.*Mode:  *0*\([0-7]*\).*/\1/p'; }
same "$(content /etc/configured)" "post base-files 0.145_3 no no x86_64" "what INSTALL was given"
same "$(content /etc/customized)" "$version" "what customize was given"
same "$(content /etc/ours)" ours "a file of the recipe"
same "$(content /usr/share/tools/b)" tools "a hard link"
same "$(mode_of /usr/bin/bash)" 4755 "mode of a set-id program"
same "$(in_image 'stat /usr/bin/bash' | grep -c 'User:  *0 .*Group:  *0 ')" 1 "owner"
same "$(in_image 'stat /usr/bin/sh' | sed -n 's/^Fast link dest: "\(.*\)"/\1/p')" dash "/bin/sh"
same "$(in_image 'stat /bin' | sed -n 's/^Fast link dest: "\(.*\)"/\1/p')" usr/bin "/bin"
in_image "stat /usr/lib/banger/banger-vsock-agent" | grep -q 'Type: regular' || fail "no agent"
in_image "stat /etc/sv/banger-agent/run" | grep -q 'Mode:  *0755' || fail "no service for the agent"
in_image "stat /usr/lib/modules/$version/modules.builtin" | grep -q 'Type: regular' || fail "no modules"
same "$(in_image 'ls -p /dev' | grep -c null)" 0 "devices in the image"
same "$(cat "$VOID_ROOTFS_OUT/packages.txt")" "$(printf '%s\n' 'base-files 0.145_3' 'bash 5.2.37_1' 'dash 0.5.12_1' 'glibc 2.41_1' \
    'micro-editor 1.0_1' 'tools 1.2_1' 'tools-doc 1.2_1')" "packages.txt"
content /var/db/xbps/pkgdb-0.38.plist >"$scratch/pkgdb"
same "$(grep -A1 '<key>state</key>' "$scratch/pkgdb" | grep -c installed)" 6 "configured packages"
same "$(grep -A1 '<key>state</key>' "$scratch/pkgdb" | grep -c unpacked)" 1 "unpacked packages"
same "$(grep -c automatic-install "$scratch/pkgdb")" 3 "packages that came by need"
in_image 'ls -p /var/db/xbps/keys' | grep -q '\.plist/' || fail "no key for the guest's xbps"
blkid -o value -s LABEL "$VOID_ROOTFS_OUT/work-seed.ext4" | grep -qx bgr-work || fail "no label bgr-work"
debugfs -R 'stat /.bashrc' "$VOID_ROOTFS_OUT/work-seed.ext4" 2>/dev/null | grep -q 'Type: regular' || fail "no .bashrc in the seed"
same "$(debugfs -R 'stat /' "$VOID_ROOTFS_OUT/work-seed.ext4" 2>/dev/null | sed -n 's/.*Mode:  *\([0-7]*\).*/\1/p')" 0700 "mode of /root"

step "without a staged kernel, the package's modules"
make_rootfs --kernel "$scratch/none" --out "$scratch/other" >"$scratch/said" 2>&1 || fail "$(cat "$scratch/said")"
image=$scratch/other/rootfs.ext4
in_image "stat /usr/lib/modules/$version/modules.builtin" | grep -q 'Type: regular' || fail "no modules"
rm -rf "$scratch/other"

step "mise and opencode, by their hashes"
mkdir -p "$scratch/npm/package/bin" "$scratch/registry/@jdxcode/mise-linux-x64/-" "$scratch/registry/opencode-linux-x64-baseline/-"
pack_tool() { # NAME FILE: prints the integrity
    echo "#!$1" >"$scratch/npm/package/bin/$1"
    tar -C "$scratch/npm" -czf "$scratch/registry/$2" package/bin
    echo "sha512-$(openssl dgst -sha512 -binary "$scratch/registry/$2" | base64 -w0)"
}
export NPM_REGISTRY=file://$scratch/registry VOID_MISE_VERSION=1.0.0 VOID_OPENCODE_VERSION=2.0.0
VOID_MISE_INTEGRITY=$(pack_tool mise @jdxcode/mise-linux-x64/-/mise-linux-x64-1.0.0.tgz)
VOID_OPENCODE_INTEGRITY=$(pack_tool opencode opencode-linux-x64-baseline/-/opencode-linux-x64-baseline-2.0.0.tgz)
export VOID_MISE_INTEGRITY VOID_OPENCODE_INTEGRITY
"$tree/runtime/void/make-rootfs.sh" --out "$scratch/other" >"$scratch/said" 2>&1 || fail "$(cat "$scratch/said")"
image=$scratch/other/rootfs.ext4
same "$(content /usr/local/bin/mise)/$(content /usr/local/bin/opencode)" '#!mise/#!opencode' "the tools"
same "$(mode_of /usr/local/bin/mise)" 755 "mode of mise"
must_fail 'does not have the integrity' env "VOID_MISE_VERSION=1.0.0" "VOID_MISE_INTEGRITY=$VOID_OPENCODE_INTEGRITY" \
    "$tree/runtime/void/make-rootfs.sh" --out "$scratch/third"
[ ! -e "$scratch/third" ] || fail "a wrong hash left something"
rm -rf "$scratch/other"

# --- what a bad mirror may do -------------------------------------------------------------------------------------

before=$(stat -c %i "$VOID_ROOTFS_OUT/rootfs.ext4")
good=$repo
# bad: a copy of the repository to spoil, and a cache that has nothing of it
bad() {
    step "$1"
    repo=$scratch/bad
    rm -rf "$repo" "$VOID_CACHE"
    cp -al "$good" "$repo"
    export VOID_MIRROR=$repo
}
spoiled() { # FILE: one of its own, no hard link
    cp --remove-destination "$good/$1" "$repo/$1"
    chmod u+w "$repo/$1"
}
kept() { same "$(stat -c %i "$VOID_ROOTFS_OUT/rootfs.ext4")" "$before" "the root file system of before"; }

bad "a package whose hash differs"
spoiled dash-0.5.12_1.x86_64.xbps
printf x >>"$repo/dash-0.5.12_1.x86_64.xbps"
must_fail 'dash-0.5.12_1.x86_64.xbps has the SHA-256' make_rootfs
kept

bad "a package signed by somebody else"
rm "$repo/dash-0.5.12_1.x86_64.xbps.sig2"
openssl dgst -sha256 -sign "$keys/stranger.pem" -out "$repo/dash-0.5.12_1.x86_64.xbps.sig2" "$good/dash-0.5.12_1.x86_64.xbps"
must_fail 'dash-0.5.12_1.x86_64.xbps does not have the signature' make_rootfs
rm "$repo/dash-0.5.12_1.x86_64.xbps.sig2"
must_fail 'no .*dash-0.5.12_1.x86_64.xbps.sig2' make_rootfs

bad "a repository of another key, or of none"
index stranger
must_fail 'is signed with the key' make_rootfs
index ''
must_fail 'is not signed' make_rootfs
VOID_KEY='' make_rootfs --out "$scratch/other" >"$scratch/said" 2>&1 || fail "without a key: $(cat "$scratch/said")"
rm -rf "$scratch/other"

bad "an index that is cut off"
spoiled x86_64-repodata
truncate -s $(($(stat -c %s "$repo/x86_64-repodata") / 2)) "$repo/x86_64-repodata"
must_fail 'cut off' make_rootfs
: >"$repo/x86_64-repodata"
must_fail 'cut off|no index.plist' make_rootfs

bad "a dependency that is missing, and one that is too old"
rm "$repo/.micro-editor.entry"
index
must_fail "no package satisfies 'vi>=6.0', which tools-1.2_1 needs" make_rootfs
plist_entry glibc-2.35_9 "$(printf '%064d' 0)" 1 "" >"$repo/.glibc.entry.new"
mv "$repo/.glibc.entry.new" "$repo/.glibc.entry"
index
must_fail "glibc>=2.36_1<3', which bash-5.2.37_1 needs; the repository has glibc-2.35_9" make_rootfs

bad "an old package under a new name"
spoiled .dash.entry
cp --remove-destination "$good/bash-5.2.37_1.x86_64.xbps" "$repo/dash-0.5.12_1.x86_64.xbps"
rm "$repo/dash-0.5.12_1.x86_64.xbps.sig2" "$repo/.dash.entry"
entry dash-0.5.12_1 "$(list run_depends 'glibc>=2.36_1')$(alternatives dash)"
index
must_fail 'holds another package: bash-5.2.37_1' make_rootfs

bad "names in the index that are paths"
printf '%s' "$(plist_entry '../../x-1_1' "$(printf '%064d' 0)" 1 '')" >"$repo/.x.entry"
index
must_fail "calls itself '../../x-1_1'" make_rootfs

# tricky TAR-OPTIONS...: tools with what tar makes of these, and the right hash and signature
tricky() {
    p=$scratch/p/tricky
    rm -rf "$p" && mkdir -p "$p"
    plist "$(string architecture x86_64)$(string pkgver tools-1.2_1)<key>installed_size</key><integer>1</integer>" >"$p/props.plist"
    plist "" >"$p/files.plist"
    "$@"
    rm -f "$repo"/tools-1.2_1.x86_64.xbps* "$repo/.tools.entry"
    tar -C "$p" -P --no-recursion -cf "$scratch/t.tar" ./props.plist ./files.plist "${members[@]}"
    zstd -q -f "$scratch/t.tar" -o "$repo/tools-1.2_1.x86_64.xbps"
    entry tools-1.2_1
    index
}
outside=$scratch/outside
mkdir "$outside"
bad "paths in a package that lead outside"
dotdot() { echo x >"$p/x" && members=("--transform=s,^x$,../../outside/x," x); }
tricky dotdot
must_fail 'leaves the folder' make_rootfs
absolute() { echo x >"$p/x" && members=("--transform=s,^x$,$outside/x," x); }
tricky absolute
must_fail 'leaves the folder' make_rootfs
device() { mkfifo "$p/fifo" && members=(./fifo); }
tricky device
must_fail 'neither file, folder nor link' make_rootfs
bomb() { truncate -s 200M "$p/zeros" && cp --sparse=never "$p/zeros" "$p/full" && rm "$p/zeros" && members=(./full); }
tricky bomb
must_fail 'holds more than it says' make_rootfs
through() { ln -s "$outside" "$p/door" && echo x >"$p/x" && members=(./door "--transform=s,^x$,./door/x," x); }
tricky through
make_rootfs --out "$scratch/other" >"$scratch/said" 2>&1 || fail "a link that stays inside: $(cat "$scratch/said")"
image=$scratch/other/rootfs.ext4
same "$(content "$outside/x")" x "the file behind the link is in the image"
rm -rf "$scratch/other"
same "$(ls -A "$outside")" "" "files outside"
overwrites() { ln -s "$outside" "$p/etc" && members=(./etc); }
tricky overwrites
must_fail 'where there is a folder with files: etc' make_rootfs
same "$(ls -A "$outside")" "" "files outside"
kept

step "a customize that fails"
repo=$good && export VOID_MIRROR=$good
printf 'echo no >&2\nexit 4\n' >"$recipe/customize"
status=0
make_rootfs >/dev/null 2>&1 || status=$?
[ $status != 0 ] || fail "a failing customize is not told"
kept

step "interrupted"
# As Ctrl-C does: to all of its processes; in the background a shell would leave them deaf to it.
printf 'while :; do :; done\n' >"$recipe/customize"
setsid env --default-signal=INT "$tree/runtime/void/make-rootfs.sh" --no-tools >"$scratch/said" 2>&1 &
run=$!
for _ in $(seq 600); do
    if pgrep -s "$run" -f '/.customize' >/dev/null; then break; fi
    kill -0 $run 2>/dev/null || fail "ended by itself: $(cat "$scratch/said")"
    sleep 0.1
done
kill -INT -- -$run
status=0
wait $run || status=$?
same $status 130 "status of a run that is interrupted"
left=$(find "$scratch" -maxdepth 1 -name '.*.new')
[ -z "$left" ] || fail "left: $left"
kept

echo PASS
