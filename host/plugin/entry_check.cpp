#include "plugin/entry_check.hpp"

#include "os/nearest.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace banger::plugin {

namespace {

/// How the fields of a guest configuration begin that have an owner among plugins.
constexpr std::array<std::string_view, 4> fields{"kernel_arg:", "drive:", "nic:", "file:/"};
constexpr std::string_view field_list =
    "kernel_arg:KEY, drive:ID, nic:ID and file:/PATH, with * and ?";

/// The pattern is one of fnmatch(3): can it match the name of any field?
bool can_match(const std::string& pattern) {
    const std::size_t literal = pattern.find_first_of("*?[\\");
    const std::string_view begin = std::string_view(pattern).substr(0, literal);
    return std::any_of(fields.begin(), fields.end(), [&](std::string_view field) {
        return begin.starts_with(field) ? pattern.size() > field.size()
                                        : literal != std::string::npos && field.starts_with(begin);
    });
}

/// "; did you mean 'file:/etc/hosts'?"
std::string meant(const std::string& pattern) {
    const std::size_t colon = pattern.find(':');
    if (colon == std::string::npos) {
        return pattern.starts_with('/') ? "; did you mean 'file:" + pattern + "'?" : "";
    }
    std::vector<std::string> kinds;
    for (const std::string_view field : fields) {
        kinds.emplace_back(field.substr(0, field.find(':')));
    }
    const std::string rest = pattern.substr(colon + 1);
    const auto near = os::nearest(pattern.substr(0, colon), kinds);
    if (!near || rest.empty()) {
        return "";
    }
    const bool slash = *near == "file" && !rest.starts_with('/');
    return "; did you mean '" + *near + ":" + (slash ? "/" : "") + rest + "'?";
}

class Check {
  public:
    Check(const Settings& settings, const std::vector<std::string>& known)
        : settings_(settings), known_(known) {
        for (const auto& [id, entry] : settings.entries) { // of a plugin that is not installed
            if (entry.builtin) {
                known_.push_back(id);
            }
        }
    }

    std::vector<std::string> run() {
        for (const auto& [id, entry] : settings_.entries) {
            after(id, entry);
            overrides(id, entry);
            if (entry.required && !entry.enabled) {
                add(id, entry, "required",
                    "a plugin that is off (enabled: false) cannot be required; set one of the two "
                    "otherwise");
            }
        }
        return std::move(problems_);
    }

  private:
    void after(const std::string& id, const EntrySettings& entry) {
        for (std::size_t i = 0; i < entry.after.size(); ++i) {
            const std::string& other = entry.after[i];
            const std::string key = "after[" + std::to_string(i) + "]";
            if (other == id) {
                add(id, entry, key, "it cannot run behind itself; remove that");
            } else if (std::find(known_.begin(), known_.end(), other) == known_.end()) {
                const std::string near = os::did_you_mean(other, known_);
                add(id, entry, key,
                    "there is no plugin '" + other + "'" +
                        (near.empty() ? "; banger plugin ls lists them" : near));
            }
        }
    }

    void overrides(const std::string& id, const EntrySettings& entry) {
        for (std::size_t i = 0; i < entry.allow_override.size(); ++i) {
            const std::string& pattern = entry.allow_override[i];
            if (!can_match(pattern)) {
                add(id, entry, "allow_override[" + std::to_string(i) + "]",
                    "'" + pattern + "' matches no field" + meant(pattern) + "; fields are " +
                        std::string(field_list));
            }
        }
    }

    void add(const std::string& id, const EntrySettings& entry, const std::string& key,
             const std::string& problem) {
        const auto at = entry.key_places.find(key);
        const std::string& place = at == entry.key_places.end() ? entry.place : at->second;
        problems_.push_back((place.empty() ? "" : place + ": ") + "plugins.entries." + id + "." +
                            key + ": " + problem);
    }

    const Settings& settings_;
    std::vector<std::string> known_;
    std::vector<std::string> problems_;
};

} // namespace

std::vector<std::string> entry_problems(const Settings& settings,
                                        const std::vector<std::string>& known) {
    return Check(settings, known).run();
}

std::string place_of(const EntrySettings& entry, const std::string& path) {
    for (std::string part = path; !part.empty();) {
        if (const auto at = entry.places.find(part); at != entry.places.end()) {
            return at->second;
        }
        const std::size_t cut = part.find_last_of(".[");
        part.resize(cut == std::string::npos ? 0 : cut);
    }
    const auto whole = entry.places.find("");
    return whole != entry.places.end() ? whole->second : entry.place;
}

} // namespace banger::plugin
