#include "fake_console.hpp"

#include <gtest/gtest.h>

namespace web::test {
namespace {

using nlohmann::json;

json option(const char* name, const char* type, bool live, json more = json::object()) {
    json made{
        {"plugin", "nat"},    {"name", name}, {"flag", std::string("--") + name}, {"type", type},
        {"default", nullptr}, {"live", live}, {"description", "says what"}};
    made.update(more);
    return made;
}

struct VmForms : testing::Test {
    FakeConsole console;
    VmForms() {
        console.images = {image("debian", true), image("dev")};
        console.options = {option("nat", "boolean", true), option("egress", "string", true),
                           option("publish", "array", true), option("slots", "integer", false),
                           option("mode", "string", false, {{"enum", {"a", "b"}}})};
        console.vms = {vm("db", "stopped"), vm("web-1", "running")};
        console.vms[0]["options"] = {
            {"nat", {{"nat", true}, {"publish", {"80:80", "443:443"}}, {"slots", 2}}}};
    }
    json created(const Params& form) {
        console.on_begin("POST /v1/vms", "op1", "x");
        const Response response = console.post("/vms", form);
        EXPECT_EQ(response.status, 303) << response.body;
        return console.changes().back().body;
    }
};

TEST_F(VmForms, HideNoVmWhateverItsName) {
    const Response led = console.get("/vms/new?image=dev");
    EXPECT_EQ(led.status, 303);
    EXPECT_EQ(header_of(led, "Location"), "/vms/-/new?image=dev");
    console.vms.push_back(vm("new", "stopped"));
    console.changed();
    const Response page = console.get("/vms/new");
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(has(page, "<h1>new</h1>"));
    EXPECT_TRUE(has(console.get("/vms/-/new"), "<h1>Create a VM</h1>"));
    console.vms.erase(2);
    console.operations = {operation_of("op1", "new", "running")};
    console.operations[0]["kind"] = "create";
    console.changed();
    EXPECT_TRUE(has(console.get("/vms/new"), "It is being made")) << "before it is listed";
}

TEST_F(VmForms, OfferEveryOption) {
    const Response page = console.get("/vms/-/new?image=dev");
    EXPECT_EQ(page.status, 200);
    for (const char* id : {"name",
                           "image",
                           "vcpus",
                           "memory",
                           "disk",
                           "work_disk",
                           "disk_mode",
                           "vmm",
                           "disk_bandwidth",
                           "disk_iops",
                           "network_bandwidth",
                           "autostart",
                           "idle_stop",
                           "max_lifetime",
                           "timeout",
                           "opt.nat.nat",
                           "opt.nat.egress",
                           "opt.nat.publish",
                           "opt.nat.slots",
                           "opt.nat.mode"}) {
        EXPECT_TRUE(has(page, std::string(" name=\"") + id + "\"")) << id;
        EXPECT_TRUE(has(page, std::string("<label for=\"") + id + "\"")) << id;
    }
    EXPECT_TRUE(has(page, "<option value=\"dev\" selected>"));
    EXPECT_TRUE(has(page, "the default (debian)"));
    EXPECT_TRUE(has(page, "2G when this is empty"));  // of the configuration
    EXPECT_TRUE(has(page, "off when this is empty")); // idle_stop: 0s
    EXPECT_TRUE(has(page, "name=\"idem\" value=\""));
    EXPECT_FALSE(has(page, "id=\"wrong\""));
}

TEST_F(VmForms, CreateWithNothing) {
    EXPECT_EQ(created(params({{"typed", "1"}, {"name", ""}, {"image", ""}, {"opt.nat.nat", ""}})),
              json::object());
}

TEST_F(VmForms, CreateWithEverything) {
    const json body = created(params({{"name", "web-2"},
                                      {"image", "dev"},
                                      {"vcpus", "4"},
                                      {"memory", "2G"},
                                      {"disk", "20 GiB"},
                                      {"work_disk", "512M"},
                                      {"disk_mode", "copy"},
                                      {"vmm", "qemu"},
                                      {"timeout", "5m"},
                                      {"disk_bandwidth", "50M"},
                                      {"disk_iops", "1000"},
                                      {"network_bandwidth", "off"},
                                      {"autostart", "last"},
                                      {"idle_stop", "30m"},
                                      {"max_lifetime", "8h"},
                                      {"opt.nat.nat", "false"},
                                      {"opt.nat.egress", "none"},
                                      {"opt.nat.publish", "80:80\r\n443:443\r\n"},
                                      {"opt.nat.slots", "3"},
                                      {"opt.nat.mode", "b"}}));
    EXPECT_EQ(body, json::parse(R"({"name": "web-2", "image": "dev", "vcpus": 4,
        "memory_mib": 2048, "disk_mib": 20480, "work_disk_mib": 512, "disk_mode": "copy",
        "vmm": "qemu", "timeout_s": 300, "disk_bytes_per_s": 52428800, "disk_ops_per_s": 1000,
        "network_bytes_per_s": 0, "autostart": "last", "idle_stop_s": 1800, "max_lifetime_s": 28800,
        "options": {"nat": {"nat": false, "egress": "none", "publish": ["80:80", "443:443"],
                            "slots": 3, "mode": "b"}}})"));
}

TEST_F(VmForms, KeepWhatWasTypedIn) {
    const Response page =
        console.post("/vms", params({{"name", "<b>\"x\" & 'y'</b>"},
                                     {"memory", "lots"},
                                     {"image", "dev"},
                                     {"opt.nat.nat", "true"},
                                     {"opt.nat.publish", "80:80\r\n</textarea>"}}));
    EXPECT_EQ(page.status, 422);
    EXPECT_TRUE(has(page, "value=\"lots\""));
    EXPECT_TRUE(has(page, "value=\"&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt;\""));
    EXPECT_TRUE(has(page, "80:80\r\n&lt;/textarea&gt;</textarea>"));
    EXPECT_TRUE(has(page, "<option value=\"dev\" selected>"));
    EXPECT_TRUE(has(page, "<option value=\"true\" selected>yes"));
    EXPECT_TRUE(has(page, "<a href=\"#memory\">Memory</a>"));
    EXPECT_TRUE(has(page, "aria-invalid=\"true\" aria-describedby=\"memory-error memory-hint\""));
    EXPECT_TRUE(has(page, "id=\"memory-error\""));
    EXPECT_TRUE(has(page, "tabindex=\"-1\" autofocus"));
    EXPECT_TRUE(console.changes().empty());
}

TEST_F(VmForms, PutARefusalOfTheDaemonBesideItsField) {
    console.on("POST /v1/vms", 400,
               {{"error",
                 {{"kind", "invalid"},
                  {"message", "memory_mib must be at least 128 MiB, not 1 MiB"},
                  {"hint", "take more"}}}});
    const Response page = console.post("/vms", params({{"name", "a"}, {"memory", "1M"}}));
    EXPECT_EQ(page.status, 422);
    EXPECT_TRUE(has(page, "<a href=\"#memory\">Memory</a>: must be at least 128 MiB"));
    EXPECT_TRUE(has(page, "take more"));
    EXPECT_TRUE(has(page, "value=\"1M\""));
    EXPECT_TRUE(has(page, "banger vm create --name a --memory 1M"));
    const Response answer = console.post("/vms", params({{"name", "a"}, {"memory", "1M"}}), true);
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(json::parse(answer.body).at("fields").at("memory"),
              "must be at least 128 MiB, not 1 MiB");
    console.on("POST /v1/vms", 507,
               {{"error", {{"kind", "exhausted"}, {"message", "no address is free"}}}});
    const Response full = console.post("/vms", params({{"name", "kept-name"}}));
    EXPECT_EQ(full.status, 507);
    EXPECT_TRUE(has(full, "value=\"kept-name\""));
}

TEST_F(VmForms, CheckWithoutMakingAnything) {
    json made = vm("a", "stopped");
    made["driver"] = "qemu";
    made["vmm_reason"] = "there is no KVM";
    made["options"] = {{"nat", {{"publish", {"80:80", "443:443"}}, {"egress", nullptr}}}};
    console.on("POST /v1/vms?dry_run=true", 200, {{"vm", made}, {"guest_config", json::object()}});
    const Params form =
        params({{"name", "a b; $(id)"}, {"dry_run", "1"}, {"opt.nat.publish", "80:80\r\n443:443"}});
    const Response page = console.post("/vms", form);
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(has(page, "This would be made"));
    EXPECT_TRUE(has(page, "qemu: there is no KVM"));
    EXPECT_TRUE(has(page, "80:80, 443:443"));
    EXPECT_TRUE(has(page, "banger vm create --name &#39;a b; $(id)&#39; --publish 80:80 --publish "
                          "443:443"));
    EXPECT_TRUE(has(page, "value=\"a b; $(id)\""));
    EXPECT_TRUE(console.changes().empty());
    const json answer = json::parse(console.post("/vms", form, true).body);
    EXPECT_EQ(answer.at("made").at("vm").at("driver"), "qemu");
    EXPECT_EQ(console.post("/vms", params({{"vcpus", "x"}, {"dry_run", "1"}})).status, 422);
}

TEST_F(VmForms, MakeOneVmOfADoubleClick) {
    console.on_begin("POST /v1/vms", "op1", "a");
    const Params form = params({{"name", "a"}, {"idem", "k"}});
    EXPECT_EQ(header_of(console.post("/vms", form), "Location"), "/ops/op1");
    EXPECT_EQ(header_of(console.post("/vms", form), "Location"), "/ops/op1");
    (void)console.only_change();
}

TEST_F(VmForms, LeadToTheCreateThatIsUnderWay) {
    console.on("POST /v1/vms", 409,
               {{"error", {{"kind", "conflict"}, {"message", "a VM named a is there"}}}});
    const Response taken = console.post("/vms", params({{"name", "a"}}));
    EXPECT_EQ(taken.status, 409);
    EXPECT_TRUE(has(taken, "<a href=\"#name\">Name</a>"));
    console.operations = {operation_of("op7", "a", "running")};
    const Response busy = console.post("/vms", params({{"name", "a"}, {"memory", "3G"}}));
    EXPECT_EQ(busy.status, 409);
    EXPECT_TRUE(has(busy, "href=\"/ops/op7\""));
    EXPECT_TRUE(has(busy, "name=\"memory\" value=\"3G\"")); // in "Try again"
}

TEST_F(VmForms, WaitForRoot) {
    console.daemon["privilege"] = {{"ready", false}, {"reason", "cold"}, {"command", "sudo -v"}};
    const Response page = console.get("/vms/-/new");
    EXPECT_TRUE(has(page, "data-needs-root disabled aria-describedby=\"waits\">Create<"));
    EXPECT_TRUE(has(page, "<code>sudo -v</code>"));
    EXPECT_TRUE(has(page, "name=\"dry_run\" value=\"1\">Check<")); // that needs none
}

TEST_F(VmForms, ShowAVmAsItIs) {
    const Response page = console.get("/vms/db/set");
    EXPECT_TRUE(has(page, "name=\"memory\" value=\"2G\""));
    EXPECT_TRUE(has(page, "name=\"was.memory\" value=\"2G\""));
    EXPECT_TRUE(has(page, "name=\"idle_stop\" value=\"30m\""));
    EXPECT_TRUE(has(page, "name=\"disk_bandwidth\" value=\"off\""));
    EXPECT_TRUE(has(page, "80:80\n443:443\n</textarea>"));
    EXPECT_TRUE(has(page, "<option value=\"true\" selected>yes"));
    EXPECT_TRUE(has(page, "while it is stopped"));
    EXPECT_TRUE(has(page, "also while it runs"));
    EXPECT_TRUE(has(page, "at its next start")); // an option that is not live
    EXPECT_FALSE(has(page, " disabled"));
    EXPECT_FALSE(has(page, "name=\"image\""));
    EXPECT_EQ(console.get("/vms/nobody/set").status, 404);
}

TEST_F(VmForms, LockWhatNeedsAStop) {
    const Response page = console.get("/vms/web-1/set");
    EXPECT_TRUE(has(page, "Virtual processors, 1 to 32; stop it first"));
    const auto locked = [&](const std::string& id) {
        const std::size_t at = page.body.find(" name=\"" + id + "\"");
        const std::string input = page.body.substr(at, page.body.find('>', at) - at);
        return input.find(" disabled") != std::string::npos;
    };
    for (const char* id : {"vcpus", "memory", "disk_iops", "network_bandwidth"}) {
        EXPECT_TRUE(locked(id)) << id;
    }
    for (const char* id : {"disk", "work_disk", "idle_stop", "autostart", "opt.nat.publish"}) {
        EXPECT_FALSE(locked(id)) << id;
    }
}

TEST_F(VmForms, SendWhatWasChanged) {
    console.on_begin("PATCH /v1/vms/db", "op1", "db");
    const Params form = params({{"typed", "1"},
                                {"vcpus", "2"},
                                {"was.vcpus", "2"},
                                {"memory", "4G"},
                                {"was.memory", "2G"},
                                {"disk", "8G"},
                                {"was.disk", "8G"},
                                {"idle_stop", ""},
                                {"was.idle_stop", "30m"},
                                {"autostart", "off"},
                                {"was.autostart", "off"},
                                {"opt.nat.publish", ""},
                                {"was.opt.nat.publish", "80:80\n443:443\n"},
                                {"opt.nat.nat", "false"},
                                {"was.opt.nat.nat", "true"},
                                {"opt.nat.slots", "2"},
                                {"was.opt.nat.slots", "2"}});
    EXPECT_EQ(header_of(console.post("/vms/db/set", form), "Location"), "/ops/op1");
    EXPECT_EQ(console.only_change().body, json::parse(R"({"memory_mib": 4096, "idle_stop_s": 0,
                              "options": {"nat": {"publish": [], "nat": false}}})"));
}

TEST_F(VmForms, DropNothingThatHasComeToNeedAStop) {
    // The form was shown while it was stopped.
    const Response page = console.post("/vms/web-1/set", params({{"memory", "4G"},
                                                                 {"was.memory", "2G"},
                                                                 {"autostart", "on"},
                                                                 {"was.autostart", "off"}}));
    EXPECT_EQ(page.status, 422);
    EXPECT_TRUE(has(page, "<a href=\"#memory\">Memory</a>: stop it first"));
    EXPECT_TRUE(console.changes().empty());
}

TEST_F(VmForms, SendNothingOfNothing) {
    const Response page =
        console.post("/vms/db/set", params({{"memory", "2048M"}, {"was.memory", "2G"}}));
    EXPECT_EQ(page.status, 422);
    EXPECT_TRUE(has(page, "Nothing was changed in this form."));
    EXPECT_TRUE(console.changes().empty());
}

TEST_F(VmForms, KeepWhatASetWasGiven) {
    console.on("PATCH /v1/vms/db", 400,
               {{"error", {{"kind", "invalid"}, {"message", "disk_mib: it has 8G already"}}}});
    const Response page = console.post(
        "/vms/db/set",
        params({{"disk", "4G"}, {"was.disk", "8G"}, {"memory", "2G"}, {"was.memory", "2G"}}));
    EXPECT_EQ(page.status, 422);
    EXPECT_TRUE(has(page, "<a href=\"#disk\">System disk</a>: it has 8G already"));
    EXPECT_TRUE(has(page, "name=\"disk\" value=\"4G\""));
    EXPECT_TRUE(has(page, "name=\"was.disk\" value=\"8G\""));
    EXPECT_TRUE(has(page, "banger vm set db --disk 4G"));
}

} // namespace
} // namespace web::test
