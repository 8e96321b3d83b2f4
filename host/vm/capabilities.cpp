#include "vm/capabilities.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::vm {

std::string_view to_string(Hook hook) noexcept {
    static constexpr std::array<std::pair<Hook, std::string_view>, 10> names{{
        {Hook::before_create, "before_create"},
        {Hook::after_create, "after_create"},
        {Hook::before_start, "before_start"},
        {Hook::after_start, "after_start"},
        {Hook::on_ready, "on_ready"},
        {Hook::before_stop, "before_stop"},
        {Hook::after_stop, "after_stop"},
        {Hook::before_delete, "before_delete"},
        {Hook::after_delete, "after_delete"},
        {Hook::reconcile, "reconcile"},
    }};
    for (const auto& [value, name] : names) {
        if (value == hook) {
            return name;
        }
    }
    return "unknown";
}

nlohmann::json NoCapabilities::checked_options(const nlohmann::json& options) const {
    if (!options.empty()) {
        throw os::Error(os::ErrorKind::invalid,
                        "no plugin '" + options.begin().key() + "' gives options to VMs",
                        "see the loaded plugins with: banger plugin ls");
    }
    return nlohmann::json::object();
}

os::Error no_guest_services(const VmView& vm) {
    return {os::ErrorKind::unavailable, "nothing in the guest of VM " + vm.name + " answers",
            "the plugin vsock talks to the guest's agent: banger plugin show vsock"};
}

} // namespace banger::vm
