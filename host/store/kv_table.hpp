#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {

class Database;

/// Small values that a plugin keeps across restarts. Each plugin sees only its own keys.
class KvTable {
  public:
    static constexpr std::size_t max_key = 255;
    static constexpr std::size_t max_value = 64U << 10U;
    static constexpr std::size_t max_keys = 10000; ///< of one plugin
    explicit KvTable(Database& database) : database_(database) {}

    /// Throws invalid when the key is empty or too long, or the value is too large; exhausted for a
    /// new key when the plugin has as many as it may.
    void set(std::string_view plugin, std::string_view key, std::string_view value);
    bool remove(std::string_view plugin, std::string_view key);

    [[nodiscard]] std::optional<std::string> find(std::string_view plugin,
                                                  std::string_view key) const;
    [[nodiscard]] std::vector<std::string> keys(std::string_view plugin,
                                                std::string_view prefix = {}) const;

  private:
    void require_place(std::string_view plugin, std::string_view key) const;
    Database& database_;
};

} // namespace banger::store
