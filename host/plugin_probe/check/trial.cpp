#include "plugin_probe/check/trial.hpp"

#include "plugin/schema.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string_view>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using nlohmann::json;

namespace {

using namespace std::chrono_literals;

constexpr auto slack = 250ms; // a busy machine is no fault of the plugin's

std::string seconds(std::chrono::milliseconds time) {
    std::array<char, 32> text{};
    const double value = static_cast<double>(time.count()) / 1000;
    std::snprintf(text.data(), text.size(), time < 10s && time % 1s != 0ms ? "%.2g s" : "%.0f s",
                  value);
    return text.data();
}

const char* quicker(std::string_view function, std::chrono::milliseconds allowed) {
    if (function == "destroy" || function == "on_stop") {
        return "tell what is under way to end, and wait for that alone";
    }
    if (function == "create" || function == "init") {
        return "begin what takes long on a thread of your own (banger::Thread), which destroy ends";
    }
    if (function == "contribute" || function == "validate") {
        return "it says what is known: find that out in before_start, and keep it in the cookie";
    }
    if (allowed <= 250ms) { // a status line
        return "show what a timer has noted (banger::Timer)";
    }
    return "leave what takes long to a thread or a job (ext/thread.h, ext/operations.h), or say "
           "hook_timeout_ms in the descriptor";
}

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

Trial::Trial(plugin::Manifest manifest, const Wishes& wishes, Tell tell, Calling calling)
    : manifest_(std::move(manifest)),
      config_(plugin::Schema(manifest_.config_schema)
                  .checked_text(wishes.config, "the settings (--config)")
                  .dump()),
      options_(plugin::Schema(options_schema(manifest_).dump())
                   .checked_text(wishes.options, "the options (--options)")
                   .dump()),
      run_programs_(wishes.run_programs), tell_(std::move(tell)), calling_(std::move(calling)) {}

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
               : outcome.status == BANGER_E_EXCEPTION
                   ? "an exception that the plugin did not expect: mend its cause, or catch it and "
                     "say what the user can do (banger::Error)"
                   : next);
    }
    return false;
}

void Trial::has_returned(const banger_call& call) {
    calling_("", {});
    const auto took = call.elapsed();
    if (call.limit.count() == 0 || took <= call.limit + slack) {
        return;
    }
    if (overran_.insert(call.what).second) {
        failed(call.what + " took " + seconds(took) + ", allowed " + seconds(call.limit),
               quicker(call.what, call.limit));
    }
    // Not out of the end of a plugin, which has to come to an end.
    if (call.what != "on_stop" && call.what != "destroy" && std::uncaught_exceptions() == 0) {
        throw Overrun();
    }
}

std::unique_ptr<fake::Host> Trial::host() {
    auto host = std::make_unique<fake::Host>(manifest_.entry);
    host->before_call = [this](const banger_call& call) { calling_(call.what, call.limit); };
    host->after_call = [this](const banger_call& call) { has_returned(call); };
    if (run_programs_) {
        host->programs = fake::run_program;
    }
    return host;
}

std::unique_ptr<fake::Host> Trial::begun() {
    auto host = this->host();
    for (const char* name : {"one", "two"}) {
        const fake::Vm vm = this->vm(name);
        json shown = json::parse(vm.spec_json);
        shown.update({{"id", vm.id}, {"state", "running"}});
        host->vms[name] = shown.dump();
    }
    for (const std::string_view name : {"create", "init", "on_start"}) {
        const fake::Outcome outcome = name == "create" ? host->create(config_)
                                      : name == "init" ? host->init()
                                                       : host->on_start();
        if (!outcome.ok()) {
            skipped(std::string(name) + " refused: " + outcome.message);
            close(*host);
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
    vm.spec_json = json{{"options", {{manifest_.id, json::parse(options_)}}}}.dump();
    return vm;
}

void Trial::close(fake::Host& host) {
    host.end();
    if (!overran_.empty()) {
        throw Overrun();
    }
}

void Trial::end(fake::Host& host) {
    host.end();
    look_at(use_of_host);
    for (const std::string& line : host.misuse()) {
        failed(line, "the header of that function says how it may be used");
    }
    close(host);
}

} // namespace banger::plugin_probe
