#include "privileged/own_table.hpp"

#include "os/error.hpp"
#include "privileged/arguments.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

namespace banger::privileged {

using nlohmann::json;

std::string OwnTable::name() const {
    return std::string(prefix) + std::to_string(uid) + "_" + tag;
}

std::optional<OwnTable> OwnTable::parse(std::string_view prefix, std::string_view name) {
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    name.remove_prefix(prefix.size());
    OwnTable table{prefix, 0, {}};
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), table.uid);
    if (error != std::errc{} || end == name.data() + name.size() || *end != '_') {
        return std::nullopt;
    }
    table.tag = std::string(end + 1, name.data() + name.size());
    return !table.tag.empty() ? std::optional(table) : std::nullopt;
}

OwnTable OwnTable::asked(std::string_view prefix, Arguments& arguments) {
    OwnTable table{prefix, 0, arguments.tag("tag")};
    if (table.tag.empty()) {
        throw os::Error(os::ErrorKind::invalid, "argument \"tag\" is missing");
    }
    return table;
}

json OwnTable::renew() const {
    const json add{{"add", {{"table", {{"family", "inet"}, {"name", name()}}}}}};
    json commands = json::array({add}); // deleting what is not there fails
    commands.push_back(drop());
    commands.push_back(add);
    return commands;
}

json OwnTable::drop() const {
    return {{"delete", {{"table", {{"family", "inet"}, {"name", name()}}}}}};
}

std::vector<OwnTable> own_tables(std::string_view prefix, const json& objects) {
    std::vector<OwnTable> tables;
    for (const json& object : objects) {
        const auto found = object.find("table");
        if (found == object.end() || found->at("family") != "inet") {
            continue;
        }
        if (auto ours = OwnTable::parse(prefix, found->at("name").get<std::string>())) {
            tables.push_back(std::move(*ours));
        }
    }
    return tables;
}

json match(json left, json right, const char* op) {
    return {{"match", {{"op", op}, {"left", std::move(left)}, {"right", std::move(right)}}}};
}

} // namespace banger::privileged
