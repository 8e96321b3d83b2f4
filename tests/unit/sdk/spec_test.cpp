#include <banger/test/fake_host.hpp>

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

/// The VMs of the fake host are whole, and the plugin sees the defaults of its schemas, as in the
/// daemon.
namespace banger::fake {
namespace {

using nlohmann::json;
using testing::ElementsAre;

/// A member of the schema VM of docs/openapi.yaml, which is written a line each.
struct Described {
    std::set<std::string> required, all;
};
Described described_vm() {
    std::ifstream document(BANGER_OPENAPI);
    Described found;
    bool inside = false;
    for (std::string line; std::getline(document, line);) {
        const bool key = line.size() > 5 && line.rfind("    ", 0) == 0 && line[4] != ' ';
        inside = key ? line == "    VM:" : inside && line.rfind("  ", 0) == 0;
        const std::string required = "      required: [";
        if (inside && line.rfind(required, 0) == 0) {
            std::string word;
            for (const char c : line.substr(required.size())) {
                if (c == ',' || c == ']') {
                    found.required.insert(std::exchange(word, {}));
                } else if (c != ' ') {
                    word += c;
                }
            }
        }
        if (inside && line.rfind("        ", 0) == 0 && line[8] != ' ') {
            found.all.insert(line.substr(8, line.find(':') - 8));
        }
    }
    return found;
}

std::set<std::string> keys(const json& object) {
    std::set<std::string> names;
    for (const auto& [name, value] : object.items()) {
        names.insert(name);
    }
    return names;
}

class Spec : public testing::Test {
  protected:
    json seen(const Vm& vm) {
        std::string spec;
        (void)host.about(vm, [&](void*, banger_call*, const banger_vm* raw) {
            spec = text(raw->spec_json);
            return BANGER_OK;
        });
        return json::parse(spec);
    }
    json query(const std::string& name = {}) {
        std::string answer;
        (void)host.call("test", [&](void*, banger_call* raw) {
            const auto* ops = static_cast<const banger_vm_query_ops*>(
                host.raw()->get_extension(host.raw(), BANGER_EXT_VM_QUERY));
            answer = text(
                (name.empty() ? ops->list(host.raw(), raw) : ops->get(host.raw(), raw, str(name)))
                    ->value);
            return BANGER_OK;
        });
        return json::parse(answer, nullptr, false);
    }
    Host host{BANGER_SAMPLE};
};

TEST_F(Spec, HasEveryMemberOfTheApi) {
    const Described api = described_vm();
    ASSERT_EQ(api.required.count("paths"), 1U) << "openapi.yaml is written in another way";
    ASSERT_GT(api.all.size(), api.required.size());
    const json spec = seen(Vm());
    EXPECT_THAT(keys(spec), testing::IsSupersetOf(api.required));
    EXPECT_EQ(keys(spec), api.all);
    host.vms["web"] = R"({"state":"running"})";
    EXPECT_EQ(keys(query().at(0)), api.all);
}

TEST_F(Spec, GoesWithTheVm) {
    Vm vm;
    vm.name = "web";
    vm.spec_json = R"({"image": "own", "options": {"other": {"x": 1}}, "more": [1, {"a": "\"}"}]})";
    json spec = seen(vm);
    EXPECT_EQ(spec["name"], "web");
    EXPECT_EQ(spec["fqdn"], "web.vm");
    EXPECT_EQ(spec["state"], "stopped");
    EXPECT_EQ(spec["started_at"], nullptr);
    EXPECT_EQ(spec["pid"], nullptr);
    EXPECT_EQ(spec["image"], "own");
    EXPECT_EQ(spec["options"]["other"]["x"], 1);
    EXPECT_EQ(spec["more"][1]["a"], "\"}");
    EXPECT_EQ(spec["paths"]["run"], vm.run_dir);
    vm.state = BANGER_VM_RUNNING;
    vm.pid = 7;
    vm.cid = 9;
    spec = seen(vm);
    EXPECT_EQ(spec["state"], "running");
    EXPECT_TRUE(spec["started_at"].is_string());
    EXPECT_EQ(spec["pid"], 7);
    EXPECT_EQ(spec["cid"], 9);
    vm.spec_json = "no JSON";
    (void)host.about(vm, [&](void*, banger_call*, const banger_vm* raw) {
        EXPECT_EQ(text(raw->spec_json), "no JSON");
        return BANGER_OK;
    });
}

TEST_F(Spec, VmsOfTheQueryAreFoundByNameAndId) {
    host.vms["db"] = R"({"id": "0123456789ab", "state": "running"})";
    host.vms["web"] = "{}";
    const json all = query();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0]["name"], "db");
    EXPECT_TRUE(all[0]["started_at"].is_string());
    EXPECT_EQ(all[1]["started_at"], nullptr);
    EXPECT_EQ(all[1]["id"].get<std::string>().size(), 12U);
    EXPECT_EQ(query("0123456789ab")["name"], "db");
    EXPECT_EQ(query(all[1]["id"])["name"], "web");
    EXPECT_EQ(query("web")["id"], all[1]["id"]);
    EXPECT_TRUE(query("0123456789").is_discarded());
}

TEST_F(Spec, DefaultsOfOptionsAreFilledIn) {
    Vm vm;
    EXPECT_EQ(seen(vm)["options"]["sample"],
              json::parse(R"({"level": 3, "where": {"zone": "a"}})"));
    vm.spec_json = R"({"options": {"sample": {"level": 5, "where": {}}}})";
    EXPECT_EQ(seen(vm)["options"]["sample"],
              json::parse(R"({"level": 5, "where": {"zone": "a"}})"));
}

TEST(Defaults, AreFilledInAsTheHostDoes) {
    constexpr const char* schema = R"({"properties": {
        "prefix": {"type": "string", "default": "vm-"},
        "deep": {"properties": {"on": {"default": [true, {"a": null}]}}},
        "made": {"default": {}, "properties": {"size": {"default": 1.5}}},
        "none": {"type": "integer"}}})";
    EXPECT_EQ(with_defaults(schema, ""), R"({"prefix":"vm-","made":{"size":1.5}})");
    EXPECT_EQ(
        json::parse(with_defaults(schema, R"( {"deep" : {}, "prefix":"a\"b"} )")),
        json::parse(R"({"deep":{"on":[true,{"a":null}]},"prefix":"a\"b","made":{"size":1.5}})"));
    EXPECT_EQ(with_defaults(nullptr, "{\"a\": 1}"), "{\"a\": 1}");
    for (const char* broken : {"refuse", "{", R"({"a":})", R"({"a" 1})", "[1,]", "{} {}", "\"x"}) {
        EXPECT_EQ(with_defaults(schema, broken), broken);
        EXPECT_FALSE(Json::parse(broken));
    }
    EXPECT_FALSE(Json::parse(std::string(100, '[') + std::string(100, ']')));
}

TEST_F(Spec, ConfigAndArgumentsHaveTheirDefaults) {
    host.begin(R"({"own": 1})");
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "config").printed(),
              "{\"own\":1,\"prefix\":\"vm-\"}\n{\"count\":2}\n");
}

TEST_F(Spec, TimesAreTheDaemonsUnlessTheTestSetsOne) {
    std::map<std::string, long long> limits, ended;
    host.before_call = [&](const banger_call& call) { limits[call.what] = call.limit.count(); };
    host.after_call = [&](const banger_call& call) { ended[call.what] = call.elapsed().count(); };
    host.begin();
    Vm vm;
    ASSERT_TRUE(host.start(vm).done);
    (void)host.action(BANGER_IFACE_CLI, "config");
    host.end();
    EXPECT_THAT(limits,
                testing::IsSupersetOf(std::map<std::string, long long>{{"create", 5000},
                                                                       {"destroy", 5000},
                                                                       {"before_start", 10000},
                                                                       {"contribute", 2000},
                                                                       {"config", 60000}}));
    EXPECT_EQ(ended.size(), limits.size());
    host.timeout = std::chrono::seconds(1);
    host.begin();
    EXPECT_EQ(limits["create"], 1000);
    host.end(); // it still tells who listens here
}

} // namespace
} // namespace banger::fake
