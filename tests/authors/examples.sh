#!/usr/bin/env bash
# examples.sh BUILD_DIR: the installed examples build, test and pass the check outside of this tree.
set -euo pipefail
build=$1
. "$(dirname "$0")/prefix.sh"
examples=$(find "$prefix" -type d -path '*/sdk/examples')

for id in share-dir vm-notify ports; do
    cp -r "$examples/$id" "$work/$id"
    outside cmake -S $id -B $id-build >"$work/said" 2>&1 || fail "CMake refuses $id: $(cat "$work/said")"
    outside cmake --build $id-build >"$work/said" 2>&1 || fail "$id does not build: $(cat "$work/said")"
    one_symbol "$work/$id-build/plugins/$id.so"
    outside ctest --test-dir $id-build --output-on-failure >"$work/said" || fail "the test of $id: $(cat "$work/said")"
    if [ -x "$prefix/libexec/banger/banger-plugin" ]; then
        outside banger plugin check $id-build/plugins/$id.so >"$work/said" 2>&1 || fail "plugin check $id: $(cat "$work/said")"
    fi
done
# What the SDK's pages point at is installed, too.
share=$prefix/share/banger
for page in "$share"/sdk/README.md "$share"/sdk/examples/*/README.md "$share"/docs/*.md "$share"/plugins/*/README.md; do
    [ -f "$page" ] || fail "$page is not installed"
    for link in $(grep -o ']([^):#]*\.md' "$page" | sed 's/^](//'); do
        [ -e "$(dirname "$page")/$link" ] || fail "$page points at $link, which is not there"
    done
done
# The line of its README, with warnings as errors.
outside bash -c 'cc -std=c99 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags banger-plugin) vm-notify/vm_notify.c vm-notify/json.c -o vm-notify.so $(pkg-config --libs banger-plugin)' ||
    fail "vm-notify does not build with plain cc"
one_symbol "$work/vm-notify.so"
# The plugin that is shown on the SDK's first page.
sed -n '/^```cpp$/,/^```$/p' "$prefix/share/banger/sdk/README.md" | sed '/^```/d' >"$work/hello.cpp"
outside bash -c 'c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags banger-plugin) hello.cpp -o hello.so $(pkg-config --libs banger-plugin)' ||
    fail "the README's plugin does not build"
one_symbol "$work/hello.so"
if [ -x "$prefix/libexec/banger/banger-plugin" ]; then
    outside banger plugin check hello.so >"$work/said" 2>&1 || fail "plugin check of the README's plugin: $(cat "$work/said")"
fi
