#include "losses.hpp"

#include "pages/text.hpp"

namespace web {

using nlohmann::json;

std::string disks_text(const json& vm) {
    const std::uint64_t system = vm.value("disk_mib", std::uint64_t{0});
    const std::uint64_t work = vm.value("work_disk_mib", std::uint64_t{0});
    return "disks of " + mib_text(system) + " and " + mib_text(work);
}

bool is_at_rest(const json& vm) {
    const std::string state = vm.value("state", "");
    return state == "stopped" || state == "crashed" || state == "cleanup-pending";
}

std::string run_text(const json& vm, std::chrono::system_clock::time_point now) {
    const std::string state = vm.value("state", "");
    const std::string age = is_at_rest(vm) ? "" : age_text(vm.value("started_at", json()), now);
    const std::size_t ago = age.rfind(" ago");
    return ago == std::string::npos ? state : state + " for " + age.substr(0, ago);
}

std::string image_loss_text(const json& image) {
    if (image.value("kind", "") != "managed") {
        return "its files stay where they are";
    }
    const std::uint64_t bytes = image.value("disk_bytes", std::uint64_t{0});
    return bytes_text(bytes) + " on the disk";
}

} // namespace web
