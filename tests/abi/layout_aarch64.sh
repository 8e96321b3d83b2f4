#!/bin/sh
# layout_aarch64.sh INCLUDE_DIR GOLDEN: the layout holds on 64-bit ARM, too. No program is made: clang knows the other
# machine's types by itself, and this machine's headers of the C and C++ libraries do for the rest.
set -u
include=$1 golden=$2
command -v clang++ >/dev/null || { echo "SKIP: no clang++ here" && exit 77; }
stub=$(mktemp -d)
trap 'rm -rf "$stub"' EXIT
mkdir "$stub/gnu"
: >"$stub/gnu/stubs-32.h" # glibc's list of what is missing for a machine it takes this for
version=$(for dir in /usr/include/c++/*/; do basename "$dir"; done | sort -n | tail -1)
here=$(uname -m)-linux-gnu
compile() {
    clang++ --target=aarch64-linux-gnu -std=c++20 -fsyntax-only -isystem "$stub" -isystem "/usr/include/c++/$version" \
        -isystem "/usr/include/$here/c++/$version" -isystem "/usr/include/$here" -I"$include" "$@"
}
if ! printf '#include <string_view>\n#include <type_traits>\n' | compile -x c++ - 2>/dev/null; then
    echo "SKIP: this clang cannot compile for aarch64-linux-gnu with the headers that are here" && exit 77
fi
echo 'static_assert(char(-1) < 0, "ARM has no sign in a char");' | compile -x c++ - 2>/dev/null &&
    { echo "FAILED: that was not compiled for ARM" && exit 1; }
compile "$golden"
