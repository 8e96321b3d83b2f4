#!/usr/bin/env bash
# plugin_new.sh BUILD_DIR cpp|c: what `banger plugin new` writes builds, tests and passes the check as written, with CMake
# and with make, from an installed prefix; what cannot be is refused and writes nothing.
set -euo pipefail
build=$1 language=$2
. "$(dirname "$0")/prefix.sh"
flags=()
[ "$language" = cpp ] || flags=(--c)

outside banger plugin new my-plugin "${flags[@]}" >"$work/said" 2>&1 || fail "plugin new: $(cat "$work/said")"
for file in CMakeLists.txt Makefile README.md .clang-format .gitignore "my-plugin.$language" my-plugin_test.cpp; do
    grep -qx "my-plugin/$file" "$work/said" || fail "does not tell $file: $(cat "$work/said")"
    [ -f "$work/my-plugin/$file" ] || fail "did not write $file"
done
! grep -rn '@NAME@' "$work/my-plugin" || fail "the placeholder is left"
if [ "$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')" = 14 ]; then
    outside bash -c 'clang-format --dry-run --Werror my-plugin/*.c*' || fail "is not formatted as its .clang-format says"
fi

outside cmake -S my-plugin -B cmake-build >/dev/null || fail "CMake refuses it"
# The test takes long to compile: it is built and run by CMake for one language, by make for the other.
target=(--target plugin_my-plugin) made=test
[ "$language" = c ] || target=() made=my-plugin.so
outside cmake --build cmake-build "${target[@]}" >"$work/said" 2>&1 || fail "does not build: $(cat "$work/said")"
[ "$language" = c ] || outside ctest --test-dir cmake-build --output-on-failure >"$work/said" || fail "its test fails: $(cat "$work/said")"
one_symbol "$work/cmake-build/plugins/my-plugin.so"
outside make -C my-plugin $made >"$work/said" 2>&1 || fail "make $made: $(cat "$work/said")"
one_symbol "$work/my-plugin/my-plugin.so"
if [ "$language" = c ]; then # the one line of the manual
    outside bash -c 'cc $(pkg-config --cflags banger-plugin) -shared my-plugin/my-plugin.c -o one-line.so' || fail "plain cc"
fi
if [ -x "$prefix/libexec/banger/banger-plugin" ]; then
    outside banger plugin check cmake-build/plugins/my-plugin.so >"$work/said" 2>&1 || fail "plugin check: $(cat "$work/said")"
    outside make -C my-plugin check >"$work/said" 2>&1 || fail "make check: $(cat "$work/said")"
fi

# What is built is nothing to commit; the guide that the README names is there.
if command -v git >/dev/null; then
    outside cmake -S my-plugin -B my-plugin/build >/dev/null || fail "CMake refuses it"
    touch "$work/my-plugin/my-plugin.so" "$work/my-plugin/my-plugin_test"
    outside git init -q my-plugin
    ! outside git -C my-plugin status --porcelain -uall | grep -E 'build|\.so|_test$' || fail ".gitignore lets through what is built"
fi
guide=$(sed -n 's/.*`PREFIX\(\/share[^`]*\)`.*/\1/p' "$work/my-plugin/README.md")
[ -n "$guide" ] && [ -f "$(cd "$(outside pkg-config --variable=prefix banger-plugin)" && pwd)$guide" ] || fail "the README names no guide: $guide"

refused() { # WORDS COMMAND...
    local words=$1
    shift
    ! outside "$@" >"$work/said" 2>&1 || fail "$* is not refused"
    grep -qF -- "$words" "$work/said" || fail "$* does not say '$words': $(cat "$work/said")"
}
refused 'my-plugin is there already' banger plugin new my-plugin "${flags[@]}"
for name in My-plugin 1st a_b "$(printf 'a%.0s' {1..33})" ../x ''; do
    refused "cannot be the name of a plugin" banger plugin new "$name" "${flags[@]}" --dir refused
done
refused 'cannot make absent/x' banger plugin new x "${flags[@]}" --dir absent/x
rm -r "$prefix/share/banger/sdk/templates"
refused 'the plugin SDK is not installed' banger plugin new x "${flags[@]}" --dir refused
[ ! -e "$work/refused" ] && [ ! -e "$work/absent" ] || fail "something was written all the same"
