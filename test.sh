#!/usr/bin/env bash
# Dependencies, build, runtime bundle, every test. The last lines are ctest's summary.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
usage: ./test.sh [-k FILTER] [-L LABEL] [--no-deps] [-h]
  -k FILTER    only tests whose name matches the regular expression (ctest -R)
  -L LABEL     only tests with this label: unit, style, abi, integration, fuzz, e2e
  --no-deps    do not look for missing packages
TEXT
}

deps=yes
select=()
while [ $# -gt 0 ]; do
    case $1 in
    -k) select+=(-R "${2:?-k takes a filter}") && shift ;;
    -L) select+=(-L "${2:?-L takes a label}") && shift ;;
    --no-deps) deps=no ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

[ $deps = no ] || scripts/deps.sh
cmake --preset dev
cmake --build --preset dev
build/dev/bin/banger-bundle --manifest "${RUNTIME_MANIFEST:-runtime/runtime-bundle.toml}" --out runtime/bundle
exec ctest --preset dev -j "$(nproc)" "${select[@]}"
