#include "store/dropped_records.hpp"

#include "store/kv_table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace banger::store {
using nlohmann::json;

namespace {

constexpr std::string_view owner = "banger"; ///< the daemon, among the plugins' values
constexpr std::string_view prefix = "dropped:";

/// Keys sort as their numbers do.
std::string key_of(std::int64_t seq) {
    std::array<char, 24> number{};
    std::snprintf(number.data(), number.size(), "%019lld", static_cast<long long>(seq));
    return std::string(prefix) + number.data();
}

} // namespace

void DroppedRecords::add(const DroppedRecord& record) {
    // Together they fit into a value, also as JSON of what has to be escaped.
    constexpr std::size_t most_objects = 50;
    constexpr std::size_t longest_name = 150;
    constexpr std::size_t longest_error = 2000;
    std::vector<std::string> objects = record.objects;
    objects.resize(std::min(objects.size(), most_objects));
    for (std::string& name : objects) {
        name.resize(std::min(name.size(), longest_name));
    }
    const json value = {{"vm_id", record.vm_id},
                        {"vm_name", record.vm_name},
                        {"plugin", record.plugin},
                        {"hook", record.hook},
                        {"error", record.error.substr(0, longest_error)},
                        {"objects", objects},
                        {"at", record.at_ms}};
    KvTable(database_).set(owner, key_of(record.seq),
                           value.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::vector<DroppedRecord> DroppedRecords::list() const {
    std::vector<DroppedRecord> records;
    const KvTable values(database_);
    for (const std::string& key : values.keys(owner, prefix)) {
        const json value = json::parse(values.find(owner, key).value_or(""), nullptr, false);
        if (!value.is_object()) {
            continue; // not of our making
        }
        records.push_back({.seq = std::stoll(key.substr(prefix.size())),
                           .vm_id = value.value("vm_id", ""),
                           .vm_name = value.value("vm_name", ""),
                           .plugin = value.value("plugin", ""),
                           .hook = value.value("hook", ""),
                           .error = value.value("error", ""),
                           .objects = value.value("objects", std::vector<std::string>{}),
                           .at_ms = value.value("at", std::int64_t{0})});
    }
    return records;
}

void DroppedRecords::remove(std::int64_t seq) {
    static_cast<void>(KvTable(database_).remove(owner, key_of(seq)));
}

} // namespace banger::store
