#include "daemon/config_check.hpp"

#include "daemon/plugin_states.hpp"
#include "daemon/settings.hpp"
#include "daemon/vmms.hpp"
#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "plugin/absent_services.hpp"
#include "plugin/quarantine.hpp"
#include "store/image_json.hpp"
#include "store/image_table.hpp"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace banger::daemon {

namespace {

/// A file that cannot be read at all is one problem, and the machine is looked at all the same.
config::Reading read(const std::filesystem::path& file) {
    try {
        return config::read_config(file);
    } catch (const os::Error& error) {
        return {config::default_config(), {file.string() + ": " + error.what()}};
    }
}

/// Line and column of "config.yaml:3:8: key: ...".
std::pair<int, int> place_of(const std::string& file, const std::string& error) {
    std::pair<int, int> place{0, 0};
    if (error.starts_with(file)) {
        (void)std::sscanf(error.c_str() + file.size(), ":%d:%d:", &place.first, &place.second);
    }
    return place;
}

void put_in_order(const std::string& file, std::vector<std::string>& errors) {
    std::stable_sort(errors.begin(), errors.end(), [&](const auto& one, const auto& other) {
        return place_of(file, one) < place_of(file, other);
    });
}

} // namespace

ConfigCheck::ConfigCheck(const std::filesystem::path& file, const os::UserPaths& paths)
    : reading_(read(file)), errors_(reading_.problems) {
    config::Config& config = reading_.config;
    std::error_code code;
    const bool state = std::filesystem::is_directory(paths.state, code);
    Vmms vmms(config, state ? paths.state : std::filesystem::path());
    hypervisors_ = vmms.get();
    check_plugins(paths);
    wrong_lines_ = errors_;
    for (const Check& check : config_checks(facts_, *hypervisors_)) {
        sort_out(check);
    }
    for (std::vector<std::string>* lines : {&wrong_lines_, &errors_, &warnings_}) {
        put_in_order(file.string(), *lines);
    }
}

void ConfigCheck::check_plugins(const os::UserPaths& paths) {
    const config::Config& config = reading_.config;
    const os::TemporaryDir own; // plugins find a folder for their state, but not theirs
    plugin::Settings settings = plugin_settings(config, paths);
    settings.state_dir = own.path();
    const plugin::AbsentServices absent;
    plugin::Quarantine quarantine(paths.quarantine()); // is read only
    plugin::Services services = absent.get();
    services.quarantine = &quarantine;
    plugin::Catalog plugins(std::move(settings), std::move(services));
    for (std::string& problem : plugins.check()) {
        errors_.push_back(std::move(problem));
    }
    image::Lookup images([&paths] { return store::find_images_json(paths.data); },
                         config.runtime.bundle, image_store_dir(paths));
    std::vector<KnownVm> vms = known_vms(paths);
    facts_ =
        configured_facts(config, paths, vm_settings(config, paths, choose_network(config, "", vms)),
                         images, plugins);
    add_quarantined(facts_, plugins);
    for (KnownVm& vm : vms) {
        if (config.network.subnet == "auto") { // the daemon remembers one that has their addresses
            vm.address.clear();
        }
    }
    facts_.vms = std::move(vms);
}

void ConfigCheck::sort_out(const Check& check) {
    if (check.severity == "ok" || check.severity == "info") {
        return;
    }
    const auto place = reading_.config.from_file.find(check.key);
    const bool of_file = place != reading_.config.from_file.end();
    const std::string title = check.title.starts_with(check.key + " ")
                                  ? "it" + check.title.substr(check.key.size())
                                  : check.title;
    const std::string line = (of_file ? place->second : facts_.config_file) + ": " + check.key +
                             (of_file ? ": " : " (built in): ") + title +
                             (check.cause.empty() ? "" : ": " + check.cause) +
                             (check.fix.empty() ? "" : "; " + check.fix);
    (of_file && check.severity == "error" ? errors_ : warnings_).push_back(line);
}

nlohmann::json ConfigCheck::doctor() const {
    nlohmann::json checks = nlohmann::json::array();
    for (const std::string& line : wrong_lines_) {
        checks.push_back(
            to_json(Check{"config", "error", line, "",
                          "correct that; banger config check says when it is good", ""}));
    }
    for (const Check& check : host_checks(facts_, *hypervisors_, privileged::Client())) {
        checks.push_back(to_json(check));
    }
    checks.push_back(to_json(
        Check{"plugins", "info", "the checks of plugins need a running bangerd", "", "", ""}));
    return {{"checks", std::move(checks)}};
}

} // namespace banger::daemon
