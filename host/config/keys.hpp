#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace banger::config {

struct Config;
struct PluginEntry;

/// What a value may be. Each has a reader in value.cpp and a type in config.schema.json.
enum class Kind {
    boolean,
    integer,
    mib,      ///< a size of whole MiB
    bytes,    ///< a size
    duration, ///< a time
    text,
    choice,  ///< one of Rule::choices
    path,    ///< absolute, or below "~/"
    program, ///< a path, or a name to be found in PATH
    bridge,  ///< name of a network interface that is ours
    subnet,  ///< private IPv4 network, or "auto"
    texts,   ///< list of text
    paths,   ///< list of path
    object,  ///< anything; kept as JSON text
};

/// What one value must be like; limits are in the unit of the slot.
struct Rule {
    Kind kind = Kind::text;
    std::int64_t min = 0;
    std::int64_t max = 0;
    std::span<const std::string_view> choices;
    std::int64_t least = 0; ///< of what is above 0, which itself means something else
};

/// Where a value is kept.
using Slot = std::variant<bool*, std::int64_t*, std::string*, std::vector<std::string>*,
                          std::chrono::milliseconds*>;

/// One key of the file: everything that is known of it, once.
template <class Owner>
struct Key {
    std::string_view section; ///< empty in a plugin's entry
    std::string_view name;
    std::string_view description;
    Rule rule;
    Slot (*slot)(Owner&);

    [[nodiscard]] std::string path() const {
        return section.empty() ? std::string(name) : std::string(section) + "." + std::string(name);
    }
};

[[nodiscard]] std::span<const Key<Config>> config_keys() noexcept;
/// Of each member of plugins.entries.
[[nodiscard]] std::span<const Key<PluginEntry>> entry_keys() noexcept;

} // namespace banger::config
