#include "plugin_probe/check/trial.hpp"

#include "plugin/schema.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using nlohmann::json;

namespace {

/// One schema of all options of the plugin.
json options_schema(const plugin::Manifest& manifest) {
    json properties = json::object();
    for (std::uint32_t i = 0; manifest.options && i < manifest.options->count; ++i) {
        const banger_option& option = *manifest.options->items[i];
        properties[option.name] = json::parse(option.schema);
    }
    return {{"properties", std::move(properties)}};
}

} // namespace

Trial::Trial(plugin::Manifest manifest, const Wishes& wishes, Tell tell)
    : manifest_(std::move(manifest)),
      config_(plugin::Schema(manifest_.config_schema)
                  .checked_text(wishes.config, "the settings (--config)")
                  .dump()),
      options_(plugin::Schema(options_schema(manifest_).dump())
                   .checked_text(wishes.options, "the options (--options)")
                   .dump()),
      run_programs_(wishes.run_programs), tell_(std::move(tell)) {}

void Trial::look_at(const std::string& check) {
    check_ = check;
    tell_({Verdict::ok, check, {}, {}}); // an empty text: begun
}

void Trial::ok(const std::string& text) {
    tell_({Verdict::ok, check_, text, {}});
}

void Trial::failed(const std::string& text, const std::string& next) {
    tell_({Verdict::failed, check_, text, next});
}

void Trial::skipped(const std::string& text) {
    tell_({Verdict::skipped, check_, text, {}});
}

bool Trial::judge(const fake::Outcome& outcome, const std::string& done, const char* next) {
    if (outcome.ok()) {
        ok(outcome.status == BANGER_SKIP ? done + " (BANGER_SKIP)" : done);
        return true;
    }
    static constexpr std::array excuses{BANGER_E_UNSUPPORTED, BANGER_E_NOT_FOUND,
                                        BANGER_E_PERMISSION, BANGER_E_UNAVAILABLE};
    const std::string why =
        outcome.message.empty() ? std::to_string(outcome.status) : outcome.message;
    if (std::find(excuses.begin(), excuses.end(), outcome.status) != excuses.end() &&
        !outcome.message.empty()) {
        skipped("refused, for want of something that this run does not have: " + why);
    } else {
        failed("status " + std::to_string(outcome.status) + ": " + why,
               outcome.message.empty()
                   ? "call_fail() with the cause and the user's next step before it returns"
                   : next);
    }
    return false;
}

std::unique_ptr<fake::Host> Trial::host() const {
    auto host = std::make_unique<fake::Host>(manifest_.entry);
    if (run_programs_) {
        host->programs = fake::run_program;
    }
    return host;
}

std::unique_ptr<fake::Host> Trial::begun() {
    auto host = this->host();
    for (const char* name : {"one", "two"}) {
        host->vms[name] = vm(name).spec_json;
    }
    for (const std::string_view name : {"create", "init", "on_start"}) {
        const fake::Outcome outcome = name == "create" ? host->create(config_)
                                      : name == "init" ? host->init()
                                                       : host->on_start();
        if (!outcome.ok()) {
            skipped(std::string(name) + " refused: " + outcome.message);
            host->end();
            return nullptr;
        }
    }
    return host;
}

fake::Vm Trial::vm(const std::string& name) const {
    fake::Vm vm;
    vm.name = name;
    vm.id = name == "one" ? "000000000001" : "000000000002";
    vm.run_dir = "/run/user/0/banger/vm/" + vm.id;
    vm.cid = name == "one" ? 1001 : 1002;
    vm.spec_json = json{{"id", vm.id},        {"name", vm.name},
                        {"state", "running"}, {"vcpus", 2},
                        {"memory_mib", 512},  {"options", {{manifest_.id, json::parse(options_)}}}}
                       .dump();
    return vm;
}

void Trial::end(fake::Host& host) {
    host.end();
    look_at(use_of_host);
    for (const std::string& line : host.misuse()) {
        failed(line, "the header of that function says how it may be used");
    }
}

} // namespace banger::plugin_probe
