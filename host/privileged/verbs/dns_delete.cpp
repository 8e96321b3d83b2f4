#include "privileged/dns_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {

Action parse_dns_delete(Arguments& arguments) {
    return [table = OwnTable::asked(dns_kind, arguments)](Context& context) {
        return nlohmann::json{{"existed", delete_table(table, context.caller)}};
    };
}

} // namespace banger::privileged
