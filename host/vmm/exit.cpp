#include "vmm/exit.hpp"

#include <array>
#include <utility>

namespace banger::vmm {
namespace {

constexpr std::array<std::pair<ExitCause, std::string_view>, 6> causes{{
    {ExitCause::poweroff, "poweroff"},
    {ExitCause::reboot, "reboot"},
    {ExitCause::killed, "killed"},
    {ExitCause::crashed, "crashed"},
    {ExitCause::failed_to_start, "failed_to_start"},
    {ExitCause::unknown, "unknown"},
}};

} // namespace

std::string_view to_string(ExitCause cause) noexcept {
    for (const auto& [value, name] : causes) {
        if (value == cause) {
            return name;
        }
    }
    return "unknown";
}

ExitCause exit_cause(std::string_view name) noexcept {
    for (const auto& [value, text] : causes) {
        if (text == name) {
            return value;
        }
    }
    return ExitCause::unknown;
}

} // namespace banger::vmm
