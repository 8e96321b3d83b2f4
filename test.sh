#!/usr/bin/env bash
# Dependencies, build, runtime bundle, tests. The last lines are ctest's summary.
set -euo pipefail
[ -z "${BANGER_FIRECRACKER:-}" ] || BANGER_FIRECRACKER=$(realpath -m -- "$BANGER_FIRECRACKER") && export BANGER_FIRECRACKER
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
usage: ./test.sh [--all | --tsan] [-k FILTER] [-L LABEL] [--no-deps] [-h]
  --all        also the long ones (label: long): end-to-end cases, and the web console in a browser; half an hour more
  --tsan       instead: the tests of the plugin host and of the SDK under ThreadSanitizer, in a build of their own
               (build/tsan), which takes some minutes the first time
  -k FILTER    only tests whose name matches the regular expression (ctest -R)
  -L LABEL     only tests with this label: unit, style, abi, integration, fuzz, browser, e2e
  --no-deps    do not look for missing packages
BANGER_FIRECRACKER=PROGRAM ./test.sh: the end-to-end tests run their VMs on that Firecracker, by KVM
TEXT
}

deps=yes
all=no
tsan=no
select=()
while [ $# -gt 0 ]; do
    case $1 in
    -k) all=yes select+=(-R "${2:?-k takes a filter}") && shift ;; # who names a case wants it
    -L) # all tests in a browser are long
        [ "${2:-}" != browser ] || all=yes
        select+=(-L "${2:?-L takes a label}") && shift
        ;;
    --all) all=yes ;;
    --tsan) tsan=yes ;;
    --no-deps) deps=no ;;
    -h | --help) usage && exit 0 ;;
    *)
        echo "error: unknown option $1" >&2
        usage >&2
        exit 2
        ;;
    esac
    shift
done

if [ -n "${BANGER_FIRECRACKER:-}" ]; then
    version=$(scripts/firecracker-version.sh "$BANGER_FIRECRACKER")
    [ -r /dev/kvm ] && [ -w /dev/kvm ] || {
        echo "error: BANGER_FIRECRACKER: Firecracker needs /dev/kvm, which is not there or may not be used by this user"
        echo "hint: banger doctor says what helps; where there is no KVM: make test-nested"
        exit 2
    } >&2
    echo "the end-to-end tests run on Firecracker $version ($BANGER_FIRECRACKER)"
fi
[ $deps = no ] || scripts/deps.sh
if [ $tsan = yes ]; then
    cmake --preset tsan
    cmake --build --preset tsan --target unit_plugin unit_sdk abi_life integration_plugin integration_misbehave
    [ ${#select[@]} -gt 0 ] || select=(-R '^((plugin|sdk|integration/plugin|integration/misbehave)/|abi/life$)')
    exec ctest --preset tsan -j "$(nproc)" "${select[@]}"
fi
cmake --preset dev
cmake --build --preset dev --target banger-bundle banger-init banger-vsock-agent
# Beside the compiler: it waits for a mirror most of its time.
bundle_log=build/dev/bundle.log
build/dev/bin/banger-bundle --manifest "${RUNTIME_MANIFEST:-runtime/runtime-bundle.toml}" --out runtime/bundle >$bundle_log 2>&1 &
bundle=$!
trap 'kill $bundle 2>/dev/null || true' EXIT
cmake --build --preset dev
wait $bundle && bundled=yes || bundled=no
trap - EXIT
cat $bundle_log
[ "$bundled" = yes ] || exit 1
if [ $all = yes ]; then export BANGER_LONG=1; else select+=(-LE '^long$'); fi
# Most tests wait for a time or for a program; those that keep a core busy count as two (PROCESSORS).
# Some hold others to a time, which a busy machine stretches: what fails is run once more, and both runs are shown.
exec ctest --preset dev -j $(($(nproc) * 3)) --repeat until-pass:2 "${select[@]}"
