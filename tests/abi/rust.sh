#!/bin/sh
# rust.sh SOURCE OUT.so: builds the plugin in Rust with plain rustc, without any crate.
set -eu
source=$1 out=$2
rm -f "$out"
command -v rustc >/dev/null || { echo "SKIP: no rustc here" && exit 77; }
minor=$(rustc --version | sed 's/^rustc [0-9]*\.\([0-9]*\).*/\1/')
[ "$minor" -ge 77 ] || { echo "SKIP: rustc 1.77 or later is needed (offset_of), here is $(rustc --version)" && exit 77; }
rustc --edition 2021 --crate-type cdylib -O -D warnings -C link-arg=-Wl,-z,defs "$source" -o "$out.new"
# Its layout is asserted in it: another one does not compile.
sed 's/^    cookie: banger_str,$/    cookie: banger_str, more: u64,/' "$source" >"$out.changed.rs"
! cmp -s "$source" "$out.changed.rs" || { echo "FAILED: nothing was changed" && exit 1; }
if rustc --edition 2021 --crate-type cdylib "$out.changed.rs" -o "$out.changed" 2>/dev/null; then
    echo "FAILED: another layout compiles" && exit 1
fi
rm -f "$out.changed.rs" "$out.changed"
chmod 755 "$out.new" && mv "$out.new" "$out" # not group-writable: the host refuses that
