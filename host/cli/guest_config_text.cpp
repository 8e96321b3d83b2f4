#include "cli/guest_config_text.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/table.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace banger::cli {

namespace {

/// "0644"
std::string mode_text(const Json& file) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0%03o",
                  static_cast<unsigned>(number_at(file, "mode").value_or(0)));
    return text.data();
}

std::string file_text(const Json& file) {
    const std::string uid = text_at(file, "uid");
    const std::string gid = text_at(file, "gid");
    const bool of_root = (uid.empty() || uid == "0") && (gid.empty() || gid == "0");
    return text_at(file, "bytes") + " bytes, mode " + mode_text(file) +
           (of_root ? "" : ", owner " + uid + ":" + gid);
}

std::string nic_text(const Json& nic) {
    return "tap " + text_at(nic, "tap") + ", " + text_at(nic, "mac") + ", mtu " +
           text_at(nic, "mtu");
}

std::string title(const Json& view) {
    const std::string of = text_at(view, "of");
    const std::string vm = text_at(view, "vm");
    return of == "running"      ? "what " + vm + " was started with:"
           : of == "next_start" ? "what the next start of " + vm + " would have:"
                                : "what its first start would have:";
}

} // namespace

std::string guest_config_text(const Json& view, const Terminal& terminal) {
    const Json& config = value_at(view, "config");
    Table table({"FIELD", "VALUE", "OWNER"});
    for (const Json& arg : value_at(config, "kernel_args")) {
        table.add(
            {"kernel_arg:" + text_at(arg, "key"), text_at(arg, "value"), text_at(arg, "owner")});
    }
    for (const Json& drive : value_at(config, "drives")) {
        const bool fixed = value_at(drive, "read_only") == true;
        table.add({"drive:" + text_at(drive, "id"),
                   text_at(drive, "path") + (fixed ? ", read-only" : ""), text_at(drive, "owner")});
    }
    for (const Json& nic : value_at(config, "nics")) {
        table.add({"nic:" + text_at(nic, "id"), nic_text(nic), text_at(nic, "owner")});
    }
    for (const Json& file : value_at(config, "files")) {
        table.add({"file:" + text_at(file, "path"), file_text(file), text_at(file, "owner")});
    }
    for (const Json& entry : value_at(config, "guest")) {
        table.add({"guest:" + text_at(entry, "key"), plain(value_at(entry, "value")),
                   text_at(entry, "owner")});
    }
    std::string text = title(view) + "\n" + table.text(terminal);
    if (const std::string card = text_at(view, "network_card"); card == "at_start") {
        text += "a network card comes at the start\n";
    } else if (card == "none") {
        text += "no network card: no plugin gives one\n";
    }
    return text;
}

} // namespace banger::cli
