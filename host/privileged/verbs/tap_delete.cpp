#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/ownership.hpp"
#include "privileged/tap_device.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

nlohmann::json remove_tap(const std::string& name, Context& context) {
    const auto link = net::find_link(context.netlink, name);
    if (!link) {
        return {{"existed", false}};
    }
    if (!is_own_tap(*link, context.caller)) {
        throw os::Error(os::ErrorKind::conflict, "interface " + name + " is not a tap of yours");
    }
    // Only one process can hold it: having it proves that no VMM does.
    TapDevice::attach(name).destroy();
    return {{"existed", true}};
}

} // namespace

Action parse_tap_delete(Arguments& arguments) {
    return [name = arguments.tap("tap")](Context& context) { return remove_tap(name, context); };
}

} // namespace banger::privileged
