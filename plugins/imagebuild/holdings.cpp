#include "holdings.hpp"

#include "own_call.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

namespace imagebuild {
namespace {

using banger::Error;
using nlohmann::json;

constexpr std::chrono::milliseconds note_limit{10000};
constexpr std::chrono::milliseconds removal_limit{120000};
constexpr std::string_view prefix = "holding/";

/// What is not there any more need not be removed.
template <class Step>
void unless_gone(const Step& step) {
    try {
        step();
    } catch (const Error& error) {
        if (error.code() != BANGER_E_NOT_FOUND) {
            throw;
        }
    }
}

bool is_of(const Holding& holding, const json& vm) {
    return holding.vm_id.empty() ? vm.value("created_at", "") >= holding.since
                                 : vm.value("id", "") == holding.vm_id;
}

std::string key_of(const std::string& note) {
    return std::string(prefix) + note;
}

std::string note_of(const std::string& key) {
    return key.substr(prefix.size());
}

} // namespace

void Holdings::keep(const Holding& holding) const {
    OwnCall call(host_, "note", note_limit);
    kv_.set(call, key_of(holding.note),
            json{{"vm", holding.vm},
                 {"vm_id", holding.vm_id},
                 {"since", holding.since},
                 {"staging", holding.staging},
                 {"image", holding.image}}
                .dump());
}

void Holdings::forget(const Holding& holding) const {
    OwnCall call(host_, "note", note_limit);
    kv_.remove(call, key_of(holding.note));
}

void Holdings::remove_vm(const Holding& holding) const {
    if (!holding.vm.empty()) {
        unless_gone([&] {
            const std::string target = "/v1/vms/" + DaemonApi::encoded(holding.vm);
            if (is_of(holding, api_.ask("GET", target))) {
                api_.settled(api_.ask("DELETE", target + "?force=1"), removal_limit);
            }
        });
    }
}

void Holdings::remove_staging(const std::string& id) const {
    if (!id.empty()) {
        unless_gone(
            [&] { (void)api_.ask("DELETE", "/v1/image-stagings/" + DaemonApi::encoded(id)); });
    }
}

void Holdings::remove_image(const std::string& name) const {
    if (!name.empty()) {
        unless_gone([&] { (void)api_.ask("DELETE", "/v1/images/" + DaemonApi::encoded(name)); });
    }
}

void Holdings::remove_files() const {
    const auto ends_in = [](const std::string& text, std::string_view end) {
        return text.size() >= end.size() &&
               std::string_view(text).substr(text.size() - end.size()) == end;
    };
    std::error_code code;
    const std::filesystem::path folder(host_.state_dir());
    std::filesystem::directory_iterator entry(folder, code);
    for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        const bool disk = name.rfind("diff-", 0) == 0 && ends_in(name, ".ext4");
        if (disk || ends_in(name, ".modules.tar")) {
            std::error_code ignored;
            std::filesystem::remove(entry->path(), ignored);
        }
    }
}

json Holdings::notes() const {
    OwnCall call(host_, "notes", note_limit);
    json all = json::object();
    const json keys = json::parse(kv_.list(call, prefix));
    for (const json& key : keys) {
        const auto found = kv_.find(call, key.get<std::string>());
        all[key.get<std::string>()] = json::parse(found.value_or("{}"), nullptr, false);
    }
    return all;
}

std::size_t Holdings::left(const UnderWay& under_way) const {
    std::size_t count = 0;
    const json all = notes();
    for (const auto& [key, value] : all.items()) {
        count += under_way.has_note(note_of(key)) ? 0 : 1;
    }
    return count;
}

void Holdings::tidy(banger::Job& job, const UnderWay& under_way) const {
    std::string failed;
    const json all = notes();
    for (const auto& [key, value] : all.items()) {
        Holding holding;
        holding.note = note_of(key);
        if (value.is_object()) {
            holding.vm = value.value("vm", "");
            holding.vm_id = value.value("vm_id", "");
            holding.since = value.value("since", "");
            holding.staging = value.value("staging", "");
            holding.image = value.value("image", "");
        }
        if (under_way.has_note(holding.note)) {
            continue;
        }
        job.call.check();
        job.output("removing what a build left: " + holding.note);
        try {
            remove_vm(holding);
            remove_image(holding.image);
            remove_staging(holding.staging);
            forget(holding);
        } catch (const Error& error) {
            failed += (failed.empty() ? "" : "; ") + std::string(error.what());
        }
    }
    if (!failed.empty()) {
        throw Error(BANGER_E_UNAVAILABLE, failed, "it is tried again at the daemon's next start");
    }
}

} // namespace imagebuild
