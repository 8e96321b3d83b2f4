#!/bin/sh
# headers.sh COMPILER STANDARD INCLUDE_DIR: each header compiles alone, without hidden padding.
compiler=$1 standard=$2 include=$3
if ! command -v "$compiler" >/dev/null; then
    echo "SKIP: no such compiler here: $compiler"
    exit 77
fi
case $standard in
c++*) language=c++ pattern='*.h*' ;;
*) language=c pattern='*.h' ;;
esac
cd "$include" || exit 1
failed=0
for header in $(find banger -name "$pattern" | sort); do
    # Another header's objects may be padded (std::string); the ABI's structs may not.
    case $header in
    *.hpp) padded= ;;
    *) padded=-Wpadded ;;
    esac
    if ! echo "#include \"$header\"" | "$compiler" -x $language -std="$standard" -pedantic-errors \
        -Wall -Wextra $padded -Werror -I. -fsyntax-only -; then
        echo "FAILED: $header as $standard with $compiler"
        failed=1
    fi
done
exit $failed
