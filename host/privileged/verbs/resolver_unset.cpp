#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/ownership.hpp"
#include "privileged/resolver.hpp"
#include "privileged/tell.hpp"
#include "privileged/verbs/verbs.hpp"

#include <cerrno>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::privileged {
namespace {

bool remove_file(const std::string& file) {
    if (::unlink(file.c_str()) == 0) {
        return true;
    }
    if (errno != ENOENT && errno != ENOTDIR) {
        throw os::errno_error("remove " + file);
    }
    return false;
}

nlohmann::json unset(const ResolverRequest& request, Context& context) {
    bool existed = false;
    if (request.resolver == Resolver::resolved) {
        if (const auto link = net::find_link(context.netlink, request.bridge)) {
            require_own_bridge(*link, context.caller);
            tell(resolved_revert(request.bridge));
            existed = true;
        } // what resolved knows of a link ends with the link
    } else {
        existed = remove_file(dnsmasq_file(context.caller, request.tag));
        // Also without a file: an earlier call may have removed it and then not been heard.
        if (const auto reload = dnsmasq_reload(); ::access(reload.front().c_str(), X_OK) == 0) {
            tell(reload);
        }
    }
    return {{"existed", existed}};
}

} // namespace

Action parse_resolver_unset(Arguments& arguments) {
    return [request = parse_resolver_request(arguments)](Context& context) {
        return unset(request, context);
    };
}

} // namespace banger::privileged
