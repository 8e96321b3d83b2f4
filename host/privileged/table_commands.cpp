#include "privileged/table_commands.hpp"

namespace banger::privileged {

using nlohmann::json;

json TableCommands::named(const char* name) const {
    return {{"family", family_}, {"table", table_}, {"name", name}};
}

void TableCommands::add(const char* kind, json object) {
    commands_.push_back({{"add", {{kind, std::move(object)}}}});
}

void TableCommands::base_chain(const char* name, const char* type, const char* hook, int priority) {
    json made = named(name);
    made.update({{"type", type}, {"hook", hook}, {"prio", priority}, {"policy", "accept"}});
    add("chain", std::move(made));
}

void TableCommands::rule(const char* chain, json expressions) {
    add("rule", {{"family", family_},
                 {"table", table_},
                 {"chain", chain},
                 {"expr", std::move(expressions)}});
}

void TableCommands::set(const char* name, json type, json elements, json flags) {
    json made = named(name);
    made["type"] = std::move(type);
    if (!flags.empty()) {
        made["flags"] = std::move(flags);
    }
    add("set", std::move(made));
    if (!elements.empty()) { // nft takes no empty list
        json added = named(name);
        added["elem"] = std::move(elements);
        add("element", std::move(added));
    }
}

} // namespace banger::privileged
