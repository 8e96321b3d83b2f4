# shellcheck shell=sh
# Tools of mise: in interactive shells by the folder, in all others by its shims.
export PATH="$HOME/.local/share/mise/shims:$PATH"
if [ -n "${BASH_VERSION:-}" ]; then
    case $- in
    *i*) eval "$(/usr/local/bin/mise activate bash)" ;;
    esac
fi
