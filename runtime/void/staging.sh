# Of the scripts beside it: how they fail, what they need, and a folder that takes its place only when it is whole.
# shellcheck shell=bash disable=SC2154

# fail WHAT [NEXT]
fail() {
    echo "error: $1" >&2
    [ -z "${2:-}" ] || echo "  next: $2" >&2
    exit 1
}

say() { printf '  %-12s %s\n' "$1" "$2"; }

# need PROGRAM PACKAGE: on the PATH, or where Debian has what is root's.
need() {
    PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || fail "the program $1 is not installed" "apt-get install $2"
}

# built NAME: a program of the build tree ($BANGER_BUILD_DIR, else the newest of build/), else of the installation.
built() {
    local candidate newest=
    if [ -n "${BANGER_BUILD_DIR:-}" ]; then
        [ ! -x "$BANGER_BUILD_DIR/$1" ] || newest=$BANGER_BUILD_DIR/$1
    else
        for candidate in "$void_dir"/../../build/{release,dev,ci}/"$1"; do
            [ -x "$candidate" ] || continue
            if [ -z "$newest" ] || [ "$candidate" -nt "$newest" ]; then newest=$candidate; fi
        done
    fi
    [ -n "$newest" ] || fail "$(basename "$1") is not built" "make build, or BANGER_BUILD_DIR=DIR names a build tree"
    realpath -- "$newest"
}

# in_namespace COMMAND...: as root, if only of a namespace; that one has the user's subordinate ids, so that a tree has
# its owners, and no network.
in_namespace() {
    local apart=(unshare --mount --pid --fork --kill-child --net)
    [ "$(id -u)" = 0 ] || apart+=(--map-root-user --map-auto)
    "${apart[@]}" "$@"
}

can_have_namespace() {
    [ "$(id -u)" = 0 ] || need newuidmap uidmap
    need unshare util-linux
    in_namespace true 2>/dev/null ||
        fail "this machine lets $(id -un) make no namespaces with subordinate ids" \
            "look at /etc/subuid and at kernel.apparmor_restrict_unprivileged_userns; or run it as root"
}

# stage OUT: $staging is a new folder beside OUT, which goes with the script; those of runs that were killed go now.
stage() {
    local out
    out=$(realpath -m -- "$1")
    mkdir -p "$(dirname "$out")"
    exec {lock}>"$(dirname "$out")/.$(basename "$out").lock"
    flock -n "$lock" || fail "another run works on $out" "wait for it to end"
    staging=$(dirname "$out")/.$(basename "$out").new
    discard "$staging"
    trap 'leave $?' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    mkdir "$staging"
}

leave() {
    trap '' INT TERM
    discard "$staging"
    exit "$1"
}

# What a namespace made may belong to subordinate ids.
discard() {
    [ -e "$1" ] || return 0
    rm -rf -- "$1" 2>/dev/null || in_namespace rm -rf -- "$1"
}

# put_in_place OUT: the staged folder gets its name; what had it before goes.
put_in_place() {
    local out
    out=$(realpath -m -- "$1")
    discard "$out.old"
    if [ -e "$out" ]; then mv -T -- "$out" "$out.old"; fi
    mv -T -- "$staging" "$out"
    discard "$out.old"
}

# repository_options: sets $repository, what banger-xbps is to be told of the mirror.
repository_options() {
    repository=(--mirror "$VOID_MIRROR" --cache "$VOID_CACHE")
    if [ -n "$VOID_KEY" ]; then repository+=(--key "$VOID_KEY"); else repository+=(--unsigned); fi
}
