#include "cli/vm_dry_run.hpp"

#include "api_client/json.hpp"
#include "cli/guest_config_text.hpp"
#include "cli/limit_flags.hpp"
#include "cli/noun.hpp"
#include "cli/policy_text.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"

namespace banger::cli {

namespace {

std::string size_of(const Json& vm, const char* key) {
    return mib_text(static_cast<std::int64_t>(number_at(vm, key).value_or(0)));
}

/// "nat: nat=true, publish=[80]; dns: ..."
std::string options_of(const Json& vm) {
    std::string text;
    for (const auto& [plugin, values] : value_at(vm, "options").items()) {
        std::string part;
        for (const auto& [name, value] : values.items()) {
            const std::string said = plain(value);
            part += (part.empty() ? "" : ", ") + name + "=" + (said.empty() ? "-" : said);
        }
        if (!part.empty()) {
            text += (text.empty() ? "" : "; ") + plugin + ": ";
            text += part;
        }
    }
    return text;
}

std::string vmm_of(const Json& vm) {
    const std::string wanted = text_at(vm, "vmm");
    return wanted == "auto" ? text_at(vm, "driver") + " (auto: chosen at each start)" : wanted;
}

} // namespace

int dry_run(Session& session, const Json& body, bool json) {
    Json answer;
    try {
        answer = session.api().post(std::string(vm_noun.path) + "?dry_run=true", body);
    } catch (const os::Error& error) {
        throw in_flags(error);
    }
    if (json) {
        session.print_json(answer);
        return 0;
    }
    const Json& vm = value_at(answer, "vm");
    const Terminal& out = session.out;
    const std::string name = text_at(vm, "name");
    std::vector<std::pair<std::string, std::string>> lines{
        {"name", name.empty() ? "(made up at the create)" : out.bold(name)},
        {"address", "(taken at the create)"},
        {"image", text_at(vm, "image")},
        {"size", text_at(vm, "vcpus") + " vcpu, " + size_of(vm, "memory_mib") + " memory"},
        {"disks", size_of(vm, "disk_mib") + " root (" + text_at(vm, "disk_mode") + "), " +
                      size_of(vm, "work_disk_mib") + " on /root"},
        {"limits", limits_text(vm)},
        {"vmm", vmm_of(vm)},
        {"why", text_at(vm, "vmm_reason")},
        {"options", options_of(vm)},
    };
    const auto policy = policy_lines(vm);
    lines.insert(lines.end(), policy.begin(), policy.end());
    session.print(described(lines, out) + "\n" +
                  guest_config_text(value_at(answer, "guest_config"), out));
    session.note("a dry run: nothing was made");
    return 0;
}

} // namespace banger::cli
