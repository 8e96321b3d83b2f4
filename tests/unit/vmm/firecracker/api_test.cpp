// The stand-in for Firecracker's API itself: what the tests of the driver are held against.
#include "support/firecracker_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace banger::test::firecracker {
namespace {

using testing::HasSubstr;

constexpr const char* boot_source = R"({"kernel_image_path":"/vmlinux"})";
constexpr const char* start = R"({"action_type":"InstanceStart"})";

std::string fault(Api& api, const std::string& method, const std::string& path,
                  const std::string& body) {
    const Answer answer = api.handle(method, path, body);
    if (answer.status < 400) {
        return "accepted";
    }
    return nlohmann::json::parse(answer.body).value("fault_message", answer.body);
}

class FirecrackerApi : public testing::Test {
  protected:
    FirecrackerApi() {
        if (const auto file = find_description()) {
            schema_.emplace(*file);
        }
    }
    [[nodiscard]] Api api(const std::string& version = "1.16.1") const {
        Api::Options options;
        options.version = version;
        return {schema_ ? &*schema_ : nullptr, options};
    }
    std::optional<Schema> schema_;
};

TEST_F(FirecrackerApi, TellsItsVersionAndState) {
    Api vm = api();
    EXPECT_EQ(vm.handle("GET", "/version").body, R"({"firecracker_version":"1.16.1"})");
    EXPECT_THAT(vm.handle("GET", "/").body, HasSubstr("Not started"));
    EXPECT_EQ(vm.handle("PUT", "/boot-source", boot_source).status, 204U);
    EXPECT_EQ(vm.handle("PUT", "/actions", start).status, 204U);
    EXPECT_EQ(vm.state(), State::running);
    EXPECT_EQ(vm.handle("PATCH", "/vm", R"({"state":"Paused"})").status, 204U);
    EXPECT_THAT(vm.handle("GET", "/").body, HasSubstr("Paused"));
    EXPECT_EQ(vm.handle("PATCH", "/vm", R"({"state":"Resumed"})").status, 204U);
    EXPECT_EQ(vm.state(), State::running);
}

TEST_F(FirecrackerApi, KnowsWhatIsForBeforeTheStartAndWhatForAfter) {
    Api vm = api();
    const char* const before =
        "The requested operation is not supported before starting the microVM.";
    const char* const after =
        "The requested operation is not supported after starting the microVM.";
    EXPECT_EQ(fault(vm, "PATCH", "/vm", R"({"state":"Paused"})"), before);
    EXPECT_EQ(fault(vm, "PUT", "/actions", R"({"action_type":"SendCtrlAltDel"})"), before);
    EXPECT_EQ(fault(vm, "PATCH", "/balloon", R"({"amount_mib":1})"), before);
    EXPECT_THAT(fault(vm, "PUT", "/actions", start), HasSubstr("without kernel configuration"));
    (void)vm.handle("PUT", "/boot-source", boot_source);
    ASSERT_EQ(vm.handle("PUT", "/actions", start).status, 204U);
    for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
             {"/actions", start},
             {"/boot-source", boot_source},
             {"/machine-config", R"({"vcpu_count":1,"mem_size_mib":128})"},
             {"/vsock", R"({"guest_cid":3,"uds_path":"v"})"},
             {"/entropy", "{}"},
             {"/balloon", R"({"amount_mib":0,"deflate_on_oom":true})"},
             {"/logger", R"({"level":"Warning"})"}}) {
        EXPECT_EQ(fault(vm, "PUT", path, body), after) << path;
    }
    EXPECT_EQ(fault(vm, "PUT", "/actions", R"({"action_type":"SendCtrlAltDel"})"), "accepted");
}

TEST_F(FirecrackerApi, RefusesWhatIsNoRequest) {
    Api vm = api();
    EXPECT_EQ(fault(vm, "PUT", "/entropy", ""), "Empty PUT request.");
    EXPECT_EQ(fault(vm, "GET", "/version", "{}"), "GET request cannot have a body.");
    EXPECT_THAT(fault(vm, "PUT", "/entropy", "{"), HasSubstr("deserializing the json body"));
    EXPECT_EQ(fault(vm, "PUT", "/drives/a-b", "{}"),
              "API Resource IDs can only contain alphanumeric characters and underscores.");
    EXPECT_EQ(fault(vm, "PUT", "/drives/", "{}"), "The ID cannot be empty.");
    EXPECT_EQ(vm.handle("PUT", "/mmds", std::string(51'201, ' ')).status, 400U);
}

TEST_F(FirecrackerApi, DrivesAreInTheirOrderAndTheRootGoesFirst) {
    Api vm = api();
    const auto drive = [](const std::string& id, bool root) {
        return R"({"drive_id":")" + id + R"(","path_on_host":"x","is_read_only":false,)" +
               R"("is_root_device":)" + (root ? "true}" : "false}");
    };
    EXPECT_EQ(vm.handle("PUT", "/drives/a", drive("a", false)).status, 204U);
    EXPECT_EQ(vm.handle("PUT", "/drives/b", drive("b", false)).status, 204U);
    EXPECT_EQ(vm.handle("PUT", "/drives/r", drive("r", true)).status, 204U);
    EXPECT_EQ(vm.drives(), (std::vector<std::string>{"r", "a", "b"}));
    EXPECT_THAT(fault(vm, "PUT", "/drives/s", drive("s", true)), HasSubstr("already exists"));
    EXPECT_TRUE(vm.repeated().empty());
    (void)vm.handle("PUT", "/drives/a", drive("a", false));
    EXPECT_EQ(vm.repeated(), std::vector<std::string>{"/drives/a"});
    EXPECT_EQ(vm.config("/drives/b")["path_on_host"], "x");
}

TEST_F(FirecrackerApi, ADriveIsNamedItsFileAnewOnlyWhileItRuns) {
    Api vm = api();
    const std::string anew = R"({"drive_id":"a","path_on_host":"y"})";
    EXPECT_EQ(fault(vm, "PUT", "/drives/a",
                    R"({"drive_id":"a","is_root_device":false,"path_on_host":"x",)"
                    R"("is_read_only":false})"),
              "accepted");
    EXPECT_THAT(fault(vm, "PATCH", "/drives/a", anew), HasSubstr("before starting"));
    EXPECT_EQ(vm.handle("PUT", "/boot-source", R"({"kernel_image_path":"k"})").status, 204U);
    EXPECT_EQ(vm.handle("PUT", "/actions", R"({"action_type":"InstanceStart"})").status, 204U);
    EXPECT_EQ(fault(vm, "PATCH", "/drives/a", anew), "accepted");
    EXPECT_EQ(vm.config("/drives/a")["path_on_host"], "y");
    EXPECT_THAT(fault(vm, "PATCH", "/drives/b", anew), HasSubstr("does not match the id"));
    EXPECT_THAT(fault(vm, "PATCH", "/drives/b", R"({"drive_id":"b"})"), HasSubstr("not found"));
}

TEST_F(FirecrackerApi, AReleaseKnowsOnlyItsOwnFields) {
    const std::string card = R"({"iface_id":"e","host_dev_name":"t","mtu":9000})";
    Api old = api("1.15.1");
    EXPECT_THAT(fault(old, "PUT", "/network-interfaces/e", card), HasSubstr("unknown field `mtu`"));
    Api vm = api();
    EXPECT_EQ(fault(vm, "PUT", "/network-interfaces/e", card), "accepted");
    Api oldest = api("1.12.0");
    EXPECT_THAT(fault(oldest, "PUT", "/serial", R"({"serial_out_path":"x"})"),
                HasSubstr("Invalid request method and/or path: PUT serial"));
}

TEST_F(FirecrackerApi, HoldsBodiesAgainstTheDescription) {
    if (!schema_) {
        GTEST_SKIP() << "Firecracker's API description is not at hand (BANGER_FIRECRACKER_API)";
    }
    struct Case {
        std::string method, path, body, words;
    };
    const std::vector<Case> cases{
        {"PUT", "/machine-config", R"({"vcpu_count":33,"mem_size_mib":128})", "1 to 32"},
        {"PUT", "/machine-config", R"({"vcpu_count":0,"mem_size_mib":128})", "1 to 32"},
        {"PUT", "/machine-config", R"({"vcpu_count":1.5,"mem_size_mib":128})", "an integer"},
        {"PUT", "/machine-config", R"({"vcpu_count":"1","mem_size_mib":128})", "an integer"},
        {"PUT", "/machine-config", R"({"vcpu_count":1,"mem_size_mib":-1})", "0 or more"},
        {"PUT", "/machine-config", R"({"vcpu_count":1})", "missing field `mem_size_mib`"},
        {"PUT", "/machine-config", R"({"vcpu_count":1,"mem_size_mib":1,"huge_pages":"1G"})",
         "unknown variant `1G`"},
        {"PUT", "/boot-source", R"({"kernel_image_path":"k","args":""})", "unknown field `args`"},
        {"PUT", "/vsock", R"({"guest_cid":2,"uds_path":"v"})", "3 or more"},
        {"PUT", "/drives/a", R"({"drive_id":"b","is_root_device":false})", "does not match the id"},
        {"PUT", "/drives/a",
         R"({"drive_id":"a","is_root_device":false,"rate_limiter":{"ops":{"size":1}}})",
         "missing field `refill_time`"},
        {"PUT", "/actions", R"({"action_type":"Reboot"})", "unknown variant `Reboot`"},
        {"PUT", "/entropy", "[]", "a struct"},
        {"DELETE", "/drives/a", "", "Invalid request method"},
        {"PUT", "/nothing", "{}", "Invalid request method and/or path: PUT nothing."},
        {"GET", "/drives/a", "", "Invalid request method"}};
    for (const Case& wrong : cases) {
        Api vm = api();
        EXPECT_THAT(fault(vm, wrong.method, wrong.path, wrong.body), HasSubstr(wrong.words))
            << wrong.method << " " << wrong.path << " " << wrong.body;
    }
    Api vm = api();
    EXPECT_EQ(fault(vm, "PATCH", "/machine-config", R"({"vcpu_count":2})"), "accepted");
    EXPECT_EQ(fault(vm, "PUT", "/mmds", R"({"anything":{"goes":[1,null]}})"), "accepted");
}

} // namespace
} // namespace banger::test::firecracker
