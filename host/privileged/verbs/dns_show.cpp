#include "net/nftables.hpp"
#include "privileged/arguments.hpp"
#include "privileged/dns_table.hpp"
#include "privileged/resolver.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {
namespace {

using nlohmann::json;

json show(uid_t caller) {
    net::Nftables nftables;
    json tables = json::array();
    for (const OwnTable& table : own_tables(dns_kind, nftables)) {
        tables.push_back(
            {{"name", table.name()}, {"tag", table.tag}, {"mine", table.uid == caller}});
    }
    json files = json::array();
    for (const std::string& tag : dnsmasq_tags(caller)) {
        files.push_back({{"name", dnsmasq_file(caller, tag)}, {"tag", tag}});
    }
    return {{"tables", std::move(tables)}, {"dnsmasq_files", std::move(files)}};
}

} // namespace

Action parse_dns_show(Arguments&) {
    return [](Context& context) { return show(context.caller); };
}

} // namespace banger::privileged
