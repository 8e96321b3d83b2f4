#include "net/nftables.hpp"
#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/dns_table.hpp"
#include "privileged/verbs/verbs.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

json remove(const DnsTable& table) {
    net::Nftables nftables;
    const std::string name = table.name();
    const json found =
        nftables.run({{{"list", {{"tables", {{"family", "inet"}}}}}}}, "list the packet filter");
    const bool existed = std::any_of(found.begin(), found.end(), [&](const json& object) {
        return object.contains("table") && object["table"].at("name") == name;
    });
    if (existed) {
        nftables.run({{{"delete", {{"table", {{"family", "inet"}, {"name", name}}}}}}},
                     "change the packet filter");
    }
    return {{"existed", existed}};
}

} // namespace

Action parse_dns_delete(Arguments& arguments) {
    std::string tag = arguments.tag("tag");
    if (tag.empty()) {
        throw os::Error(os::ErrorKind::invalid, "argument \"tag\" is missing");
    }
    return [tag = std::move(tag)](Context& context) {
        return remove(DnsTable{context.caller, tag});
    };
}

} // namespace banger::privileged
