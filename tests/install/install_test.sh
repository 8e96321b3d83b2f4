#!/usr/bin/env bash
# What `cmake --install` puts below a prefix is complete, runs from there and names no build folder; uninstall takes it
# back, but not below what runs.
set -euo pipefail
build=$1
[ -x "$build/bin/bangerd" ] || { echo "SKIP: bangerd is not built in $build" && exit 77; }
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
export HOME=$prefix/x
export XDG_CONFIG_HOME=$prefix/x/config XDG_DATA_HOME=$prefix/x/data XDG_STATE_HOME=$prefix/x/state XDG_RUNTIME_DIR=$prefix/x/run
mkdir -m 700 "$prefix/x" "$XDG_RUNTIME_DIR"
fail() { echo "FAIL: $*" >&2 && exit 1; }

cmake --install "$build" --prefix "$prefix" >/dev/null
for file in bin/banger bin/bangerd libexec/banger/banger-vm libexec/banger/banger-priv libexec/banger/banger-copy libexec/banger/banger-plugin lib/banger/plugins/tap-pool.so lib/banger/plugins/dns.so lib/banger/plugins/vsock.so lib/banger/plugins/imagebuild.so lib/banger/plugins/web.so libexec/banger/banger-image \
    share/banger/recipes/default.yaml share/banger/recipes/docker.yaml share/banger/recipes/files/tmux.conf share/banger/recipes/files/banger-agent.service \
    include/banger/plugin.h include/banger/plugin.hpp include/banger/test/fake_host.hpp share/banger/sdk/templates/c/plugin.c share/banger/sdk/examples/share-dir/README.md share/banger/config.example.yaml share/banger/config.schema.json share/banger/recipe.schema.json share/banger/sdk/exports.map \
    share/systemd/user/bangerd.service share/doc/banger/LICENSE; do
    [ -f "$prefix/$file" ] || fail "not installed: $file"
done
[ -n "$(find "$prefix" -name banger-plugin.pc)" ] || fail "not installed: banger-plugin.pc"
[ -n "$(find "$prefix" -name BangerPluginConfig.cmake)" ] || fail "not installed: the CMake package"
[ -z "$(find "$prefix" -name 'saboteur*' -o -name 'unit_*')" ] || fail "test programs are installed"

grep -qx "ExecStart=$prefix/bin/bangerd" "$prefix/share/systemd/user/bangerd.service" || fail "the unit starts another bangerd"
if command -v systemd-analyze >/dev/null; then
    systemd-analyze verify --user "$prefix/share/systemd/user/bangerd.service" 2>&1 | grep -i 'bangerd.service:[0-9]' && fail "bad unit"
fi
for file in share/systemd/user/bangerd.service $(cd "$prefix" && find . -name '*.pc' -o -name '*.cmake'); do
    ! grep -qF "$build" "$prefix/$file" || fail "$file names the build folder"
done
"$prefix/bin/banger" version >/dev/null || fail "banger version does not run from the prefix"
"$prefix/bin/banger" config check || fail "config check does not run from the prefix"
grep -q '"vm_to_vm"' "$prefix/share/banger/config.schema.json" || fail "config.schema.json lacks the settings of tap-pool"
grep -qxF "# yaml-language-server: \$schema=$prefix/share/banger/config.schema.json" "$prefix/share/banger/config.example.yaml" || fail "config.example.yaml names another schema"
echo "$(find "$prefix" -type f | wc -l) files installed"

other=$prefix/x/other # a second installation, which CMake's list is of now
cmake --install "$build" --prefix "$other" >/dev/null
uninstall() { "$(dirname "$0")/../../scripts/uninstall.sh" "${1:-$prefix}" 2>&1; }
said=$(uninstall "$prefix/x/none") && fail "uninstalled where nothing is"
grep -qF "no banger was installed to $prefix/x/none" <<<"$said" || fail "does not say where nothing is: $said"
cp "$(command -v sleep)" "$prefix/libexec/banger/banger-vm"
"$prefix/libexec/banger/banger-vm" 60 &
vm=$!
mkdir "$HOME/.ssh" && echo "Include $XDG_DATA_HOME/banger/ssh_config" >"$HOME/.ssh/config"
while [ "$(readlink /proc/$vm/exe)" != "$prefix/libexec/banger/banger-vm" ]; do sleep 0.01; done
said=$(uninstall) && fail "uninstalled below a running VM"
for words in 'running VMs: 1' 'banger vm delete --force' 'banger daemon stop' 'banger ssh-config --remove'; do
    grep -qF "$words" <<<"$said" || fail "uninstall does not say '$words': $said"
done
[ -x "$prefix/bin/banger" ] || fail "refused, and removed all the same"
! grep -q 'logged in as' <<<"$said" || fail "takes our VM for another user's: $said"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && id daemon >/dev/null 2>&1; then # a VM of another user
    chmod 755 "$prefix"
    setpriv --reuid daemon --clear-groups "$prefix/libexec/banger/banger-vm" 60 &
    theirs=$!
    while [ "$(readlink /proc/$theirs/exe)" != "$prefix/libexec/banger/banger-vm" ]; do sleep 0.01; done
    said=$(uninstall) && fail "uninstalled below another user's VM"
    grep -q 'banger daemon stop   # logged in as daemon' <<<"$said" || fail "does not say whose daemon it is: $said"
    kill $theirs && { wait $theirs || true; }
fi
kill $vm && { wait $vm || true; }
rm "$HOME/.ssh/config"
uninstall || fail "not uninstalled"
left=$(find "$prefix" -mindepth 2 -not -path "$prefix/x/*")
[ -z "$left" ] || fail "left: $left"
[ ! -e "$prefix/libexec" ] || fail "left: an empty $prefix/libexec"
mkdir -p "$other/libexec/mine"
"$other/bin/banger" version >/dev/null || fail "uninstall took another prefix's"
uninstall "$other/" || fail "not uninstalled from the other prefix"
[ -z "$(find "$other" -type f)" ] || fail "left of the other: $(find "$other" -type f)"
[ -d "$other/libexec/mine" ] || fail "a folder that is not banger's is gone"
