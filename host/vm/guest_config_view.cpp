#include "vm/guest_config_view.hpp"

#include "os/enum_names.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "vm/guest_config.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;

namespace {

constexpr auto names = os::enum_names<ConfigOf>({{ConfigOf::running, "running"},
                                                 {ConfigOf::next_start, "next_start"},
                                                 {ConfigOf::first_start, "first_start"}});

} // namespace

json guest_config_view(const std::string& vm, ConfigOf of, json config, bool card_comes) {
    const bool has_card = !config.value("nics", json::array()).empty();
    if (of != ConfigOf::running) {
        for (json& entry : config["guest"]) {
            if (entry.value("key", "") == "time_unix_ns") {
                entry["value"] = "(at the start)";
            }
        }
    }
    return {{"vm", vm.empty() ? json(nullptr) : json(vm)},
            {"of", names.name(of)},
            {"network_card", has_card     ? "present"
                             : card_comes ? "at_start"
                                          : "none"},
            {"config", std::move(config)}};
}

void keep_launched(const GuestConfig& config, const MachinePaths& paths) {
    os::write_file_atomic(paths.launched_config(), config.merged_json().dump(2) + "\n", 0600,
                          os::Durability::rebuildable);
}

json launched_config(const std::string& vm, const MachinePaths& paths) {
    const auto text = os::find_file(paths.launched_config());
    json config = text ? json::parse(*text, nullptr, false) : json();
    if (!config.is_object()) {
        throw os::Error(os::ErrorKind::not_found,
                        "VM " + vm + ": what it was started with is not in " +
                            paths.launched_config().string(),
                        "it is kept at each start; restart it with: banger vm restart " + vm);
    }
    return config;
}

} // namespace banger::vm
