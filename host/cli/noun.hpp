#pragma once

#include "cli/session.hpp"

#include <string>
#include <vector>

namespace banger::cli {

/// A kind of thing that the API lists and names.
struct Noun {
    const char* word;   ///< in messages
    const char* path;   ///< of the list
    const char* key;    ///< of the array in the list
    const char* id;     ///< of the name in an entry
    const char* listed; ///< the command that lists them

    [[nodiscard]] std::string target(const std::string& name) const {
        return std::string(path) + "/" + api_client::encoded(name);
    }
};

inline constexpr Noun vm_noun{"VM", "/v1/vms", "vms", "name", "banger vm ls"};
inline constexpr Noun image_noun{"image", "/v1/images", "images", "name", "banger image ls"};
inline constexpr Noun operation_noun{"operation", "/v1/operations", "operations", "id",
                                     "banger op ls"};
inline constexpr Noun plugin_noun{"plugin", "/v1/plugins", "plugins", "id", "banger plugin ls"};

/// The array of the list, whatever wraps it.
[[nodiscard]] Json list(const Api& api, const Noun& noun);
[[nodiscard]] std::vector<std::string> names(const Api& api, const Noun& noun);

/// `error` with a better text when it says that `name` does not exist: the nearest name.
[[nodiscard]] os::Error explained(const Api& api, const Noun& noun, const std::string& name,
                                  const os::Error& error);
/// `error` in the words of the command line when it begins with a member of a request:
/// "memory_mib must be ..." is "--memory must be ...".
[[nodiscard]] os::Error in_flags(const os::Error& error);
/// GET of one, with that explanation.
[[nodiscard]] Json get_one(const Api& api, const Noun& noun, const std::string& name,
                           const std::string& rest = {});

/// The same of several, in their order.
struct Several {
    std::vector<Json> found;
    std::vector<os::Error> missing; ///< one for each that does not exist
};
[[nodiscard]] Several get_all(const Api& api, const Noun& noun,
                              const std::vector<std::string>& names);
/// As JSON: of one name the object, or nothing; of several an array.
void print_found(const Session& session, const Several& several, std::size_t asked);
/// Tells who is missing, behind what was found. Returns the exit status.
[[nodiscard]] int report_missing(const Session& session, const Several& several);

/// The string at `key`, numbers as text, empty when absent or null.
[[nodiscard]] std::string text_at(const Json& object, const char* key);
/// The number at `key`, or nothing.
[[nodiscard]] std::optional<double> number_at(const Json& object, const char* key);
/// The value at `key`, or null.
[[nodiscard]] const Json& value_at(const Json& object, const char* key);
/// A value for a person: strings as they are, arrays with commas, objects as JSON.
[[nodiscard]] std::string plain(const Json& value);

} // namespace banger::cli
