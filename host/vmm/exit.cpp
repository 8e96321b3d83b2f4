#include "vmm/exit.hpp"

#include "os/enum_names.hpp"

namespace banger::vmm {
namespace {

constexpr auto causes = os::enum_names<ExitCause>({
    {ExitCause::poweroff, "poweroff"},
    {ExitCause::reboot, "reboot"},
    {ExitCause::killed, "killed"},
    {ExitCause::crashed, "crashed"},
    {ExitCause::failed_to_start, "failed_to_start"},
    {ExitCause::unknown, "unknown"},
});

} // namespace

std::string_view to_string(ExitCause cause) noexcept {
    return causes.name(cause);
}

ExitCause exit_cause(std::string_view name) noexcept {
    return causes.find(name).value_or(ExitCause::unknown);
}

} // namespace banger::vmm
