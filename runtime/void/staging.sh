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

# What is in a folder of ours, and nothing without it is ever removed.
marker=.banger-void
in_place='' aside=''

# ours FOLDER OPTION: fails unless it may go: there is none, it is empty, or we made it.
ours() {
    [ -e "$1" ] || [ -L "$1" ] || return 0
    [ ! -f "$1/$marker" ] || return 0
    [ -d "$1" ] || fail "$1 is no folder" "$2 names another place"
    { [ -r "$1" ] && [ -z "$(ls -A -- "$1")" ]; } ||
        fail "$1 is not empty, and nothing says that it was made here; it is left as it is" \
            "$2 names another place; if what is in it may go: touch $1/$marker"
}

# claim FOLDER: makes it; it is ours unless something of somebody else is in it.
claim() {
    mkdir -p -- "$1"
    if [ -z "$(ls -A -- "$1")" ]; then : >"$1/$marker"; fi
}

# stage OUT: $staging is a new folder beside OUT, which goes with the script; those of runs that were killed go now.
stage() {
    local out beside left
    out=$(realpath -m -- "$1")
    beside=$(dirname "$out")/.$(basename "$out")
    mkdir -p "$(dirname "$out")"
    exec {lock}>"$beside.lock"
    flock -n "$lock" || fail "another run works on $out" "wait for it to end"
    for left in "$beside".old.*; do
        [ -f "$left/$marker" ] || continue
        if [ -e "$out" ]; then discard "$left"; else mv -T -- "$left" "$out"; fi
    done
    ours "$out" "--out DIR"
    ours "$beside.new" "--out DIR"
    staging=$beside.new
    discard "$staging"
    trap 'leave $?' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    claim "$staging"
}

leave() {
    trap '' INT TERM
    if [ -n "$aside" ] && [ -e "$aside" ]; then
        if [ -e "$in_place" ]; then discard "$aside"; else mv -T -- "$aside" "$in_place"; fi
    fi
    discard "$staging"
    exit "$1"
}

# What a namespace made may belong to subordinate ids.
discard() {
    [ -e "$1" ] || return 0
    rm -rf -- "$1" 2>/dev/null || in_namespace rm -rf -- "$1"
}

# put_in_place OUT: the staged folder gets its name; what had it before goes then, or comes back when that fails.
put_in_place() {
    local old
    in_place=$(realpath -m -- "$1")
    ours "$in_place" "--out DIR" # minutes later
    if [ -f "$in_place/$marker" ]; then
        old=$(dirname "$in_place")/.$(basename "$in_place").old.$$
        [ ! -e "$old" ] || fail "$old is in the way" "look at it and remove it"
        aside=$old
        mv -T -- "$in_place" "$old" || fail "$in_place cannot be set aside" "the message above"
    fi
    mv -T -- "$staging" "$in_place" || fail "the result cannot take its place, $in_place" "the message above; what was there stays"
    [ -z "$aside" ] || discard "$aside"
}

# repository_options: sets $repository, what banger-xbps is to be told of the mirror, and makes the cache.
repository_options() {
    claim "$VOID_CACHE"
    repository=(--mirror "$VOID_MIRROR" --cache "$VOID_CACHE")
    if [ -n "$VOID_KEY" ]; then repository+=(--key "$VOID_KEY"); else repository+=(--unsigned); fi
}
