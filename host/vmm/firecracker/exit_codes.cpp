#include "vmm/firecracker/exit_codes.hpp"

#include <algorithm>
#include <array>

namespace banger::vmm::firecracker {
namespace {

struct Meaning {
    int code;
    std::string_view text;
};

/// FcExitCode in Firecracker's src/vmm/src/lib.rs; 0 and 1 say nothing more.
constexpr std::array<Meaning, 11> meanings{{
    {2, "an error in its own logic"},
    {148, "it made a system call that its filter forbids"},
    {149, "SIGBUS: memory was gone, as of a file that was cut"},
    {150, "SIGSEGV"},
    {151, "SIGXFSZ: a file reached its limit"},
    {152, "its configuration is bad"},
    {153, "its command line is bad"},
    {154, "SIGXCPU: its limit of processor time"},
    {155, "SIGPIPE"},
    {exit_hangup, "SIGHUP"},
    {157, "SIGILL"},
}};

} // namespace

std::string_view exit_meaning(int code) noexcept {
    const auto* const found = std::find_if(meanings.begin(), meanings.end(),
                                           [code](const Meaning& one) { return one.code == code; });
    return found == meanings.end() ? std::string_view() : found->text;
}

} // namespace banger::vmm::firecracker
