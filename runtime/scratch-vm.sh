# A throw-away VM, of the scripts beside it: it goes when the script ends, unless somebody's work would be lost. Sourced.
# shellcheck shell=bash disable=SC2154

# fail WHAT [NEXT]
fail() {
    echo "error: $1" >&2
    [ -z "${2:-}" ] || echo "  next: $2" >&2
    exit 1
}

# find_banger [PROGRAM]: sets $banger: that one, else the one in PATH, else an installed or a just built one.
find_banger() {
    local candidate
    for candidate in "${1:-}" "$(command -v banger || true)" /usr/local/bin/banger "$HOME/.local/bin/banger" \
        "$here/../build/release/bin/banger" "$here/../build/dev/bin/banger"; do
        [ -n "$candidate" ] || continue
        banger=$candidate
        if [ -n "${1:-}" ] || [ -x "$candidate" ]; then break; fi
    done
    { [ -f "$banger" ] && [ -x "$banger" ]; } ||
        fail "$banger is no program" "./quickstart.sh builds and installs banger; --banger names one elsewhere"
}

# image_is_free NAME REPLACE: before minutes are spent on it.
image_is_free() {
    [[ $1 =~ ^[a-z0-9][a-z0-9._-]{0,62}$ ]] ||
        fail "'$1' is no name for an image" "lower-case letters, digits, '.', '_' and '-', at most 63, a letter or digit first"
    [ "$2" = yes ] || ! "$banger" image show "$1" >/dev/null 2>&1 ||
        fail "there is an image '$1' already" "another name, or --replace"
}

# start_vm [IMAGE] [OPTIONS...]: sets $vm.
start_vm() {
    local image=$1 options=()
    shift
    [ -z "$image" ] || options=(--image "$image")
    vm=hand-$(date +%H%M%S)-$$
    trap 'leave $?' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    "$banger" vm create --name "$vm" "${options[@]}" "$@" >/dev/null
}

leave() {
    local status=$1
    trap - EXIT
    trap '' INT TERM
    if "$banger" vm show "$vm" >/dev/null 2>&1; then
        if [ "${keep_vm:-no}" = yes ] && [ "$status" != 0 ]; then
            echo "the VM $vm stays" >&2
            [ -z "${saves:-}" ] || echo "  $saves saves it as an image" >&2
            echo "  banger vm delete --force $vm removes it" >&2
        else
            "$banger" vm delete --force "$vm" >/dev/null || status=1
        fi
    fi
    exit "$status"
}

# work_stays [IMAGE REPLACE]: from here on the VM stays when the script fails, and the user is told how to save it.
work_stays() {
    keep_vm=yes
    saves="banger vm commit $vm ${1:-NAME} --stop"
    [ "${2:-no}" = no ] || saves+=" --replace"
}

# keep_as IMAGE REPLACE: the VM's state as an image; the VM stays when that fails.
keep_as() {
    local options=()
    [ "$2" = no ] || options=(--replace)
    work_stays "$1" "$2"
    "$banger" vm commit "$vm" "$1" --stop "${options[@]}" || fail "$vm was not kept as the image $1" "the message above"
}
