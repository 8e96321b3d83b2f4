#!/usr/bin/env bash
# signature.sh: a hook with a wrong signature does not compile, and the compiler says the right one.
set -euo pipefail
sdk=$(cd "$(dirname "$0")/../../sdk/include" && pwd)

said() { # MEMBERS: what the compiler says of a plugin with these
    printf '%s\n' '#include <banger/plugin.hpp>' 'struct P {' \
        'static constexpr const char *id = "p", *name = "P", *version = "1";' \
        'P(banger::Host, banger::Call&, std::string_view) {}' \
        'void undo(banger::Call&, const banger::Vm&, std::uint32_t, std::uint32_t) {}' "$1" '};' 'BANGER_PLUGIN(P)' |
        "${CXX:-c++}" -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I"$sdk" -x c++ - 2>&1
}
wrong() { # MEMBER SIGNATURE
    local text
    ! text=$(said "$1") || { echo "FAILED: compiles: $1" && exit 1; }
    grep -qF "the plugin's hook is not as it has to be: $2" <<<"$text" || { echo "FAILED: $1 says: $text" && exit 1; }
    [ "$(grep -c 'error:' <<<"$text")" = 1 ] || { echo "FAILED: $1 says more than that: $text" && exit 1; }
}

wrong 'void before_start(banger::Call&, const banger::Vm&, int) {}' 'void or banger_status before_start(banger::Call&, const banger::Vm&)'
wrong 'void contribute(banger::Call&, const banger::Vm&) {}' 'void or banger_status contribute(banger::Call&, const banger::Vm&, banger::GuestConfig&)'
wrong 'bool after_stop(banger::Call&, const banger::Vm&) { return true; }' 'void or banger_status after_stop(banger::Call&, const banger::Vm&)'
wrong 'std::string on_start(banger::Call&) { return {}; }' 'void or banger_status on_start(banger::Call&)'
options='static constexpr banger_option options[] = {banger::option("x", nullptr, "{}")};'
wrong "$options"' void validate_options(banger::Call&, int) {}' 'void or banger_status validate_options(banger::Call&, std::string_view)'
wrong 'static void list_all(banger::Call&) {}' 'void or banger_status list_all(banger::Call&)'
text=$(said 'banger_status before_start(banger::Call&, banger::Vm) const { return 0; } int exec(banger::Call&, const banger::Vm&, std::string_view) noexcept { return -3; }
    int on_stop(banger::Call&) { return 0; }') || { echo "FAILED: what fits does not compile: $text" && exit 1; }
