#include "config/effective.hpp"

#include "config/config.hpp"
#include "config/keys.hpp"
#include "config/value.hpp"

#include <nlohmann/json.hpp>

namespace banger::config {

nlohmann::ordered_json to_json(const Config& config) {
    Config copy = config; // a slot may be written to, so it wants one that may change
    nlohmann::ordered_json out;
    const auto leaf = [&](const std::string& path, const Rule& rule, const Slot& slot) {
        nlohmann::ordered_json value;
        value["value"] = show_value(rule, slot);
        value["source"] = config.from_file.contains(path) ? "file" : "default";
        return value;
    };
    for (const auto& key : config_keys()) {
        out[std::string(key.section)][std::string(key.name)] =
            leaf(key.path(), key.rule, key.slot(copy));
    }
    auto& entries = out["plugins"]["entries"] = nlohmann::ordered_json::object();
    for (auto& [id, entry] : copy.plugins.entries) {
        for (const auto& key : entry_keys()) {
            const std::string path = "plugins.entries." + id + "." + key.path();
            entries[id][std::string(key.name)] = leaf(path, key.rule, key.slot(entry));
        }
    }
    return out;
}

} // namespace banger::config
