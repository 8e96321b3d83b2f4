#include "net/netlink.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/interface.hpp"
#include "privileged/ownership.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

nlohmann::json remove_bridge(const std::string& name, Context& context) {
    const auto link = net::find_link(context.netlink, name);
    if (!link) {
        return {{"existed", false}};
    }
    require_own_bridge(*link, context.caller);
    const auto all = net::links(context.netlink);
    const auto ports = std::count_if(all.begin(), all.end(), [&](const net::Link& other) {
        return other.master == link->index;
    });
    if (ports > 0) {
        throw Error(ErrorKind::busy, "bridge " + name + " has " + std::to_string(ports) + " port" +
                                         (ports == 1 ? "" : "s"));
    }
    Interface(context.netlink, *link).remove();
    return {{"existed", true}};
}

} // namespace

Action parse_bridge_delete(Arguments& arguments) {
    return [name = arguments.bridge("bridge")](Context& context) {
        return remove_bridge(name, context);
    };
}

} // namespace banger::privileged
