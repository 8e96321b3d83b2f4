#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace web {

/// What pages are told of one change: small, and in the console's own words.
struct Fact {
    std::string topic; ///< one of all_topics()
    std::string key;   ///< a later fact of the same key says all that this one did
    nlohmann::json body = nlohmann::json::object();
    bool last = false; ///< nothing says it again: it is not held back
};

/// Empty: all of them.
using Topics = std::set<std::string>;
[[nodiscard]] const Topics& all_topics();
/// Of "ops,vms". Throws Problem (400) for a topic that is none.
[[nodiscard]] Topics topics_in(std::string_view text);

/// Of an event of the daemon's; none where no page shows anything of it.
[[nodiscard]] std::vector<Fact> facts_of(const nlohmann::json& event);
/// The same fact of an operation with how far it is, as GET /v1/operations/{id} tells.
[[nodiscard]] Fact with_progress(Fact fact, const nlohmann::json& operation);
/// Of `privilege` in GET /v1/daemon: whether steps that need root can be done now.
[[nodiscard]] Fact privilege_fact(const nlohmann::json& daemon);

} // namespace web
