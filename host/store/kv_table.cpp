#include "store/kv_table.hpp"

#include "os/error.hpp"
#include "store/database.hpp"
#include "store/query.hpp"

#include <cstdint>

namespace banger::store {

void KvTable::set(std::string_view plugin, std::string_view key, std::string_view value) {
    if (key.empty() || key.size() > max_key) {
        throw os::Error(os::ErrorKind::invalid, "a key has 1 to " + std::to_string(max_key) +
                                                    " bytes, not " + std::to_string(key.size()));
    }
    if (value.size() > max_value) {
        throw os::Error(os::ErrorKind::invalid, "key " + std::string(key) +
                                                    ": a value has at most " +
                                                    std::to_string(max_value) + " bytes, not " +
                                                    std::to_string(value.size()));
    }
    require_place(plugin, key);
    Query query(database_, "INSERT OR REPLACE INTO kv (plugin, key, value) VALUES (?, ?, ?)");
    query.bind(plugin).bind(key).bind_blob(value).run();
}

void KvTable::require_place(std::string_view plugin, std::string_view key) const {
    Query known(database_, "SELECT 1 FROM kv WHERE plugin = ? AND key = ?");
    if (known.bind(plugin).bind(key).next()) {
        return;
    }
    Query count(database_, "SELECT count(*) FROM kv WHERE plugin = ?");
    if (count.bind(plugin).next() && count.integer() >= static_cast<std::int64_t>(max_keys)) {
        throw os::Error(os::ErrorKind::exhausted,
                        "key " + std::string(key) + ": plugin " + std::string(plugin) + " keeps " +
                            std::to_string(max_keys) + " keys, the most that one may",
                        "it has to remove what it no longer needs");
    }
}

bool KvTable::remove(std::string_view plugin, std::string_view key) {
    Query query(database_, "DELETE FROM kv WHERE plugin = ? AND key = ?");
    return query.bind(plugin).bind(key).run() > 0;
}

std::optional<std::string> KvTable::find(std::string_view plugin, std::string_view key) const {
    Query query(database_, "SELECT value FROM kv WHERE plugin = ? AND key = ?");
    return query.bind(plugin).bind(key).next() ? std::optional(query.text()) : std::nullopt;
}

std::vector<std::string> KvTable::keys(std::string_view plugin, std::string_view prefix) const {
    std::vector<std::string> found;
    Query query(
        database_,
        "SELECT key FROM kv WHERE plugin = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key");
    query.bind(plugin).bind(prefix);
    while (query.next()) {
        found.push_back(query.text());
    }
    return found;
}

} // namespace banger::store
