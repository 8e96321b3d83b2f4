# Sourced: installs the SDK and the programs that authors use into a prefix of its own.
# build: the build folder. Sets work (a clean folder, removed at the end), prefix, and outside(),
# which runs a command in work with nothing of this environment but the compiler cache.
[ -x "$build/bin/banger" ] || { echo "SKIP: banger is not built in $build" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$build" --component sdk --prefix "$prefix" >/dev/null
install -D "$build/bin/banger" "$prefix/bin/banger"
[ ! -x "$build/libexec/banger-plugin" ] || install -D "$build/libexec/banger-plugin" "$prefix/libexec/banger/banger-plugin"
pc=$(dirname "$(find "$prefix" -name banger-plugin.pc)")
mkdir "$work/home"

# A compiler cache, where there is one, knows again what was built from the same headers: in a folder of another name, too.
cache=()
if command -v ccache >/dev/null; then
    cache=(CCACHE_DIR="$(ccache -k cache_dir)" CCACHE_BASEDIR="$work" CCACHE_NOHASHDIR=1
        CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

outside() {
    (cd "$work" && env -i "${cache[@]}" PATH="$prefix/bin:/usr/local/bin:/usr/bin:/bin" HOME="$work/home" LC_ALL=C \
        PKG_CONFIG_PATH="$pc" CMAKE_PREFIX_PATH="$prefix" "$@")
}
fail() { echo "FAILED: $*" && exit 1; }
one_symbol() { # FILE
    local symbols
    symbols=$(nm -D --defined-only "$1" | cut -d' ' -f3)
    [ "$symbols" = banger_plugin_entry_v1 ] || fail "$1 exports more than its entry: $symbols"
}
