# What the benches that create VMs share; one sources it with its own arguments: the end-to-end environment on the
# release build, `--runs N` and `--out FILE`, and a clock.
# shellcheck shell=bash
bench=$(basename "$(cd "$(dirname "$0")" && pwd)")
benches=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BANGER_BUILD_DIR=${BANGER_BUILD_DIR:-$benches/../../build/release}
. "$benches/../e2e/lib.sh"

runs=10 out=$BANGER_BUILD_DIR/bench-$bench.json
while [ $# -gt 0 ]; do
    case $1 in
    --runs) runs=$2 && shift ;;
    --out) out=$2 && shift ;;
    *) echo "usage: bench.sh [--runs N] [--out FILE]" >&2 && exit 2 ;;
    esac
    shift
done

now() { echo "${EPOCHREALTIME//[.,]/}"; }
since() { echo $((($(now) - $1) / 1000)); } # milliseconds
