#include "privileged/own_table.hpp"

#include "net/nftables.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

namespace banger::privileged {

using nlohmann::json;

std::string OwnTable::name() const {
    return std::string(kind.prefix) + std::to_string(uid) + "_" + tag;
}

std::optional<OwnTable> OwnTable::parse(const TableKind& kind, std::string_view name) {
    if (!name.starts_with(kind.prefix)) {
        return std::nullopt;
    }
    name.remove_prefix(kind.prefix.size());
    OwnTable table{kind, 0, {}};
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), table.uid);
    if (error != std::errc{} || end == name.data() + name.size() || *end != '_') {
        return std::nullopt;
    }
    table.tag = std::string(end + 1, name.data() + name.size());
    return !table.tag.empty() ? std::optional(table) : std::nullopt;
}

OwnTable OwnTable::asked(const TableKind& kind, Arguments& arguments) {
    OwnTable table{kind, 0, arguments.tag("tag")};
    if (table.tag.empty()) {
        throw os::Error(os::ErrorKind::invalid, "argument \"tag\" is missing");
    }
    return table;
}

json OwnTable::renew() const {
    const json add{{"add", {{"table", {{"family", kind.family}, {"name", name()}}}}}};
    json commands = json::array({add}); // deleting what is not there fails
    commands.push_back(drop());
    commands.push_back(add);
    return commands;
}

json OwnTable::drop() const {
    return {{"delete", {{"table", {{"family", kind.family}, {"name", name()}}}}}};
}

std::vector<OwnTable> own_tables(const TableKind& kind, const json& objects) {
    std::vector<OwnTable> tables;
    for (const json& object : objects) {
        const auto found = object.find("table");
        if (found == object.end() || found->at("family") != kind.family) {
            continue;
        }
        if (auto ours = OwnTable::parse(kind, found->at("name").get<std::string>())) {
            tables.push_back(std::move(*ours));
        }
    }
    return tables;
}

std::vector<OwnTable> own_tables(const TableKind& kind, net::Nftables& nftables) {
    return own_tables(kind, nftables.run({{{"list", {{"tables", {{"family", kind.family}}}}}}},
                                         "list the packet filter"));
}

bool delete_table(OwnTable table, uid_t caller) {
    table.uid = caller;
    net::Nftables nftables;
    const auto found = own_tables(table.kind, nftables);
    if (std::find(found.begin(), found.end(), table) == found.end()) {
        return false;
    }
    nftables.run(json::array({table.drop()}), "change the packet filter");
    return true;
}

} // namespace banger::privileged
