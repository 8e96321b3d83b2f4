#include "console_site.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace web {
namespace {

using nlohmann::json;
using test::ConsoleSite;
using test::full_vm;

/// Every member of a value, at whatever depth.
void collect(const json& value, const json::json_pointer& at,
             std::vector<json::json_pointer>& found) {
    if (!at.empty()) {
        found.push_back(at);
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            collect(member, at / name, found);
        }
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            collect(value[i], at / i, found);
        }
    }
}

std::vector<json::json_pointer> members_of(const json& value) {
    std::vector<json::json_pointer> found;
    collect(value, json::json_pointer(), found);
    return found;
}

const json odd_values =
    json::array({json(), json(7), json(-1), json(1e300), json(18446744073709551615U), json("odd"),
                 json(""), json(true), json::array(), json::object(), json{{"a", {1, json()}}},
                 json::array({json(), 1, "x", json::object(), json::array()})});

/// A VM's page, and the lists that it is in, are there whatever type each thing has that is said of
/// it: guests and plugins say them.
TEST(HostileGuest, NoTypeBreaksAPage) {
    const json good = full_vm("vm");
    for (const json& odd : odd_values) {
        json vms = json::array();
        for (const json::json_pointer& member : members_of(good)) {
            json vm = good;
            vm[member] = odd;
            vm["name"] = "vm-" + std::to_string(vms.size());
            vms.push_back(std::move(vm));
        }
        ConsoleSite console{add_home, add_vms, add_ports, add_logs, add_metrics, add_terminal};
        console.set("/v1/vms", {{"vms", vms}});
        console.set("/v1/daemon", {{"privilege", odd},
                                   {"vmm", odd},
                                   {"version", odd},
                                   {"runtime", odd},
                                   {"paths", odd},
                                   {"warnings", odd},
                                   {"uptime_s", odd}});
        console.set("/v1/operations", {{"operations", json::array({odd, {{"kind", odd}}})}});
        console.set("/v1/plugins", {{"plugins", json::array({odd, {{"id", odd}}})}});
        std::vector<std::string> paths{"/", "/vms", "/ports", "/logs"};
        for (const json& vm : vms) {
            paths.push_back("/vms/" + vm.at("name").get<std::string>());
        }
        paths.push_back("/metrics");
        for (std::size_t i = 0; i < vms.size(); i += 8) { // all of them have the same head
            paths.push_back("/vms/vm-" + std::to_string(i) + "/metrics");
        }
        for (const std::string& path : paths) {
            try {
                const Response page = console.get(path, "", true);
                EXPECT_EQ(page.status, 200) << path << " with " << odd;
            } catch (const std::exception& error) {
                const json::json_pointer at = path.rfind("/vms/vm-", 0) == 0
                                                  ? members_of(good).at(std::stoul(path.substr(8)))
                                                  : json::json_pointer();
                ADD_FAILURE() << path << " with " << odd << " at " << at << ": " << error.what();
            }
        }
    }
}

/// T9, T10: what anybody says is text.
TEST(HostileGuest, NothingItSaysIsMarkup) {
    const std::string corpus[] = {"<script>alert(1)</script>",
                                  "\"><img src=x onerror=alert(1)>",
                                  "' onmouseover='alert(1)",
                                  "javascript:alert(1)",
                                  "</pre></title><svg/onload=alert(1)>",
                                  "{{#X}}{{Y:none}}",
                                  "&lt;b&gt;<!--"};
    for (const std::string& evil : corpus) {
        json vm = full_vm("vm");
        for (const json::json_pointer& member : members_of(vm)) {
            if (vm[member].is_string()) {
                vm[member] = evil;
            }
        }
        vm["state"] = "running";
        vm["name"] = "vm";
        json with_link = vm;
        with_link["name"] = "vm-2";
        with_link["ip"] = "172.30.88.10";
        with_link["guest"]["ports"]["ports"][1]["address"] = "0.0.0.0";
        ConsoleSite console{add_home, add_vms, add_ports, add_logs, add_metrics, add_terminal};
        console.set("/v1/vms", {{"vms", {vm, with_link}}});
        console.set("/v1/operations",
                    {{"operations", {test::operation(evil, "create", evil, "running")}}});
        console.set(
            "/v1/footprint?vm=vm",
            {{"objects", {{{"plugin", evil}, {"kind", evil}, {"name", evil}, {"detail", evil}}}}});
        for (const char* path : {"/", "/vms", "/vms/vm", "/vms/vm/host", "/vms/vm/metrics",
                                 "/vms/vm/terminal", "/ports", "/logs"}) {
            const std::string page = console.get(path).body;
            EXPECT_EQ(page.find("<script>alert"), std::string::npos) << path;
            EXPECT_EQ(page.find("<img src=x"), std::string::npos) << path;
            EXPECT_EQ(page.find("<svg/onload"), std::string::npos) << path;
            EXPECT_EQ(page.find("' onmouseover='"), std::string::npos) << path;
            EXPECT_FALSE(std::regex_search(page, std::regex("(href|action)=\"javascript:")))
                << path;
            EXPECT_FALSE(
                std::regex_search(page, std::regex("href=\"https?://(?!172\\.30\\.88\\.10[:/])")))
                << path << ": a link that leads elsewhere";
        }
    }
}

} // namespace
} // namespace web
