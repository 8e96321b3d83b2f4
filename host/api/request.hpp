#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::api {

/// One request, from a socket or from a plugin in this process.
struct Request {
    std::string method; ///< "GET"
    std::string target; ///< "/v1/vms/web/console?tail=5", as it came
    std::string body;
    std::string upgrade; ///< protocol that the client wants to switch to; mostly empty
    std::string caller;  ///< who asks: "uid 1000", "plugin web"

    // Filled in by the router, decoded.
    std::map<std::string, std::string> params; ///< {name} of the route
    std::map<std::string, std::string> query;

    [[nodiscard]] const std::string& param(const std::string& name) const; ///< of the route
    [[nodiscard]] std::optional<std::string> find_query(const std::string& name) const;
    /// A whole number from `min` to `max`; throws invalid naming it.
    [[nodiscard]] std::optional<std::int64_t> find_number(const std::string& name, std::int64_t min,
                                                          std::int64_t max) const;
    /// ?name, =1, =true; false when absent, =0 or =false; else throws invalid.
    [[nodiscard]] bool flag(const std::string& name) const;

    /// The body as a JSON object; an empty body is an empty object. Throws invalid.
    [[nodiscard]] nlohmann::json json() const;
    /// Throws unsupported unless the client asked for this protocol.
    void require_upgrade(std::string_view protocol) const;
};

/// The text without its %XX; nullopt when one is broken or stands for NUL. In a query + is a space.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool in_query);

} // namespace banger::api
