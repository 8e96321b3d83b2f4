#include "vm_commands.hpp"

#include "shell_word.hpp"
#include "state/field.hpp"

namespace web {
namespace {

using nlohmann::json;

struct CliEquivalent {
    const char *what, *before, *behind;
    const char* states; ///< in which it makes sense; empty: in each
};
constexpr CliEquivalent equivalents[] = {
    {"Log in", "banger vm ssh ", "", " running "},
    {"Run a command", "banger vm exec ", " -- uptime", " running "},
    {"Copy a file there", "banger vm cp FILE ", ":/root/", " running "},
    {"Serial console", "banger vm console ", "", " running starting paused "},
    {"Start", "banger vm start ", "", " stopped crashed "},
    {"Stop", "banger vm stop ", "", " running paused "},
    {"Restart", "banger vm restart ", "", " running "},
    {"Kill", "banger vm kill ", "", " running starting stopping paused "},
    {"Give free room back", "banger vm trim ", "", " running "},
    {"Follow the console's log", "banger vm logs -f ", "", ""},
    {"All about it", "banger vm show ", "", ""},
    {"Time of the last start", "banger vm show --timings ", "", ""},
    {"What it holds on this machine", "banger vm show --host ", "", ""},
    {"What it changed of its image", "banger vm diff ", "", ""},
    {"Delete", "banger vm delete ", "", ""},
};

} // namespace

json vm_commands(const json& vm) {
    const std::string name = shell_word(field_text(vm, "name"));
    const std::string state = " " + field_text(vm, "state") + " ";
    json list = json::array();
    for (const CliEquivalent& each : equivalents) {
        const std::string_view states = each.states;
        if (states.empty() || states.find(state) != std::string_view::npos) {
            list.push_back({{"WHAT", each.what}, {"COMMAND", each.before + name + each.behind}});
        }
    }
    return list;
}

} // namespace web
