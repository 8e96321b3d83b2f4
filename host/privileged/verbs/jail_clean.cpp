#include "privileged/arguments.hpp"
#include "privileged/jail_lease.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {

Action parse_jail_clean(Arguments&) {
    return [](Context& context) {
        return nlohmann::json{{"cleaned", clean_jails(context.netlink)}};
    };
}

} // namespace banger::privileged
