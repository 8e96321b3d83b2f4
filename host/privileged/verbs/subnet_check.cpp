#include "net/collision.hpp"
#include "privileged/arguments.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {

Action parse_subnet_check(Arguments& arguments) {
    const net::Subnet subnet = net::Subnet::parse(arguments.word("subnet"));
    return [subnet, bridge = arguments.bridge("bridge")](Context&) {
        const auto collision = net::find_collision(subnet, bridge);
        nlohmann::json result{{"free", !collision}};
        if (collision) {
            result["with"] = collision->with;
            if (collision->alternative) {
                result["alternative"] = collision->alternative->text();
            }
        }
        return result;
    };
}

} // namespace banger::privileged
