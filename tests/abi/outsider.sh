#!/bin/sh
# outsider.sh BUILD_DIR SOURCE_DIR WORK_DIR: installs the SDK into a prefix, builds a C plugin with
# plain cc and a C++ plugin with CMake from that prefix alone, and looks at their symbols.
set -eu
build=$1 source=$2 work=$3
rm -rf "$work"
mkdir -p "$work/plugins"
cmake --install "$build" --component sdk --prefix "$work/prefix" >/dev/null

for pc in "$work"/prefix/lib*/pkgconfig "$work"/prefix/lib/*/pkgconfig; do
    [ ! -d "$pc" ] || export PKG_CONFIG_PATH="$pc"
done
cc -std=c99 -pedantic-errors -Wall -Wextra -Werror "$source/hello.c" -o "$work/plugins/hello-c.so" \
    $(pkg-config --cflags --libs banger-plugin)

cmake -S "$source" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/build" >/dev/null
cp "$work/build/plugins/hello-cpp.so" "$work/plugins/"

# The example that docs/plugins.md shows, from where it is installed.
example=$(find "$work/prefix" -type d -path '*/examples/ports')
cmake -S "$example" -B "$work/example" -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror" >/dev/null
cmake --build "$work/example" >/dev/null

for plugin in plugins/hello-c plugins/hello-cpp example/plugins/ports; do
    symbols=$(nm -D --defined-only "$work/$plugin.so" | cut -d' ' -f3)
    if [ "$symbols" != banger_plugin_entry_v1 ]; then
        echo "$plugin.so exports more than its entry: $symbols"
        exit 1
    fi
done
