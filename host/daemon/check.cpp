#include "daemon/check.hpp"

#include <nlohmann/json.hpp>

namespace banger::daemon {

nlohmann::json to_json(const Check& check) {
    return {{"id", check.id},       {"source", "banger"},   {"severity", check.severity},
            {"title", check.title}, {"cause", check.cause}, {"fix", check.fix}};
}

} // namespace banger::daemon
