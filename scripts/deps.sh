#!/usr/bin/env bash
# Installs the Debian packages that banger needs to build, run and test itself.
# Quick when there is nothing to do; says what it installs before it does.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: scripts/deps.sh [--run-only | --build] [--print]
  (nothing)    packages to build, run and test
  --build      packages to build and run
  --run-only   packages to run an installed banger and to build its runtime bundle
  --print      only print the package names
TEXT
}

run=(
    ca-certificates
    debian-archive-keyring
    e2fsprogs
    fakeroot
    mmdebstrap
    openssh-client
    qemu-system-x86
    uidmap
)
build=(
    ccache
    cmake
    g++
    gzip
    libarchive-dev
    libcli11-dev
    libctemplate-dev
    libcurl4-openssl-dev
    libext2fs-dev
    libldns-dev
    libnftables-dev
    libnl-3-dev
    libnl-route-3-dev
    libre2-dev
    libspdlog-dev
    libsqlite3-dev
    libsqlitecpp-dev
    libssl-dev
    libtomlplusplus-dev
    libyaml-cpp-dev
    make
    ninja-build
    nlohmann-json3-dev
    pkgconf
)
tests=(
    abigail-tools
    bind9-dnsutils
    clang
    clang-format
    clang-tidy
    cpio
    curl
    dbus-daemon
    dnsmasq-base
    dnsperf
    file
    firewalld
    iproute2
    iptables
    jq
    libgmock-dev
    libgtest-dev
    lld
    mount
    nftables
    nodejs
    openssl
    procps
    python3
    shellcheck
    slirp4netns
    socat
    sudo
    wrk
    xz-utils
    zstd
)

wanted=("${run[@]}" "${build[@]}" "${tests[@]}")
print=no
with_boost=yes with_browser=yes
for argument in "$@"; do
    case $argument in
    --run-only) wanted=("${run[@]}") with_boost=no with_browser=no ;;
    --build) wanted=("${run[@]}" "${build[@]}") with_browser=no ;;
    --print) print=yes ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
done

distribution=unknown version=
if [ -r /etc/os-release ]; then
    . /etc/os-release
    distribution=" ${ID:-} ${ID_LIKE:-} " version=${VERSION_CODENAME:-}
fi
# Debian 12's plain libboost-dev is 1.74; its 1.81 is beside it under a name of its own.
if [ $with_boost = yes ]; then
    if [ "$version" = bookworm ]; then wanted+=(libboost1.81-dev); else wanted+=(libboost-dev); fi
fi
# Node.js of elsewhere may bring npm along, and does not go together with Debian's. Ubuntu has no Chromium but a snap, in
# which the browser's tests cannot run: they skip there, and say so.
if [ $with_browser = yes ]; then
    command -v npm >/dev/null || wanted+=(npm)
    [[ $distribution == *" ubuntu "* ]] || wanted+=(chromium)
fi

if [ $print = yes ]; then
    printf '%s\n' "${wanted[@]}" | LC_ALL=C sort
    exit 0
fi
if [[ $distribution != *" debian "* && $distribution != *" ubuntu "* ]] || ! command -v apt-get >/dev/null; then
    cat >&2 <<TEXT
error: this script knows Debian 12, Debian 13 and Ubuntu 24.04; this is ${PRETTY_NAME:-an unknown system}.
hint: install what these Debian packages hold, then run the script again with --no-deps where it has that:
$(printf '  %s\n' "${wanted[@]}")
TEXT
    exit 1
fi

missing=()
installed=$(dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' "${wanted[@]}" 2>/dev/null |
    sed -n 's/^installed \([^:]*\).*/\1/p') || true
for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "error: these packages are missing and there is no sudo: ${missing[*]}" >&2
        echo "hint: as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    echo "sudo is asked for once, to let apt install packages; banger itself builds and runs as you."
    as_root=(sudo)
fi
echo "installing with apt: ${missing[*]}"

apt() {
    # --no-remove: a package of yours is never traded for one of ours without a word.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
}
install() { apt install -y --no-install-recommends --no-remove "${missing[@]}"; }

known=$(apt-cache policy "${missing[@]}" 2>/dev/null | grep -c '^  Candidate: [^(]' || true)
if [ "$known" -lt ${#missing[@]} ]; then
    apt update
    install
elif ! install; then
    echo "the package lists may be old: reading them again"
    apt update
    install
fi
