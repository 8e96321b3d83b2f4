#include "privileged/arguments.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

namespace banger::privileged {

Action parse_version(Arguments&) {
    return [](Context& context) {
        nlohmann::json names = nlohmann::json::array();
        for (const Verb& verb : verbs()) {
            names.push_back(verb.name);
        }
        return nlohmann::json{{"version", BANGER_VERSION},
                              {"uid", context.caller},
                              {"root", ::geteuid() == 0},
                              {"verbs", std::move(names)}};
    };
}

} // namespace banger::privileged
