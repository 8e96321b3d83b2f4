#include "fake_console.hpp"

#include <gtest/gtest.h>

namespace web::test {
namespace {

using nlohmann::json;

struct Bulk : testing::Test {
    FakeConsole console;
    Bulk() {
        console.vms = {vm("a", "running"), vm("b", "stopped"), vm("c", "running")};
        console.images = {image("debian", true), image("dev"), image("old")};
    }
    /// The page that a POST has led to.
    Response page_after(const Response& response) {
        EXPECT_EQ(response.status, 303) << response.body;
        return console.get(header_of(response, "Location"));
    }
};

TEST_F(Bulk, DoesEachAndTellsHowItWent) {
    console.on_begin("POST /v1/vms/a/stop", "op1", "a");
    console.on("POST /v1/vms/b/stop", 409,
               {{"error", {{"kind", "conflict"}, {"message", "VM b is <stopped>"}}}});
    console.on_begin("POST /v1/vms/c/stop", "op3", "c");
    console.operations = {operation_of("op1", "a", "succeeded"),
                          operation_of("op3", "c", "running")};
    const Response page = page_after(console.post("/vms/bulk", params({{"names", "a"},
                                                                       {"names[]", "b"},
                                                                       {"name", "c"},
                                                                       {"names", "a"},
                                                                       {"action", "stop"}})));
    EXPECT_EQ(console.changes().size(), 3U);
    EXPECT_TRUE(has(page, "Stop 3 VMs"));
    EXPECT_TRUE(has(page, "1 of 3 failed, some are still going on"));
    EXPECT_TRUE(has(page, "href=\"/ops/op1\""));
    EXPECT_TRUE(has(page, "VM b is &lt;stopped&gt;"));
    EXPECT_TRUE(has(page, "Try again the 1 that failed"));
    EXPECT_TRUE(has(page, "name=\"names\" value=\"b\""));
    EXPECT_FALSE(has(page, "name=\"names\" value=\"a\""));
    EXPECT_TRUE(has(page, "http-equiv=\"refresh\""));
    // One that was begun and did not come through is one that failed, too.
    console.operations[1] = operation_of("op3", "c", "failed");
    console.operations[1]["error"] = {{"kind", "timeout"}, {"message", "c did not end"}};
    EXPECT_TRUE(has(console.get("/vms"), "a"));
}

TEST_F(Bulk, CountsWhatFailedLater) {
    console.on_begin("POST /v1/vms/a/stop", "op1", "a");
    console.operations = {operation_of("op1", "a", "failed")};
    console.operations[0]["error"] = {{"kind", "timeout"}, {"message", "it did not end"}};
    const Response page =
        page_after(console.post("/vms/bulk", params({{"names", "a"}, {"action", "stop"}})));
    EXPECT_TRUE(has(page, "1 of 1 failed"));
    EXPECT_TRUE(has(page, "it did not end"));
    EXPECT_TRUE(has(page, "name=\"names\" value=\"a\""));
    EXPECT_FALSE(has(page, "http-equiv=\"refresh\""));
}

TEST_F(Bulk, AsksBeforeALoss) {
    const Response asked = page_after(
        console.post("/vms/bulk", params({{"names", "a"}, {"names", "b"}, {"action", "delete"}})));
    EXPECT_TRUE(console.changes().empty());
    EXPECT_TRUE(has(asked, "Delete 2 VMs"));
    EXPECT_TRUE(has(asked, "disks of 8 GiB and 4 GiB"));
    EXPECT_TRUE(has(asked, "Type their number, 2"));
    EXPECT_TRUE(has(asked, "name=\"force\" value=\"a\""));  // it runs
    EXPECT_FALSE(has(asked, "name=\"force\" value=\"b\"")); // that one does not
    EXPECT_LT(asked.body.find(">Cancel</a>"), asked.body.find(">Delete 2 VMs</button>"));
}

TEST_F(Bulk, WantsTheirNumber) {
    for (const char* count : {"", "1", "two", "02", "2x"}) {
        const Response again = console.post(
            "/vms/bulk",
            params({{"names", "a"}, {"names", "b"}, {"action", "kill"}, {"count", count}}));
        EXPECT_EQ(again.status, 422) << count;
        EXPECT_TRUE(has(again, "type 2, the number of VMs above"));
        EXPECT_TRUE(has(again, "name=\"names\" value=\"b\""));
    }
    EXPECT_TRUE(console.changes().empty());
    console.on_begin("DELETE /v1/vms/a?force=1", "op1", "a");
    console.on_begin("DELETE /v1/vms/b", "op2", "b");
    const Response done = console.post("/vms/bulk", params({{"names", "a"},
                                                            {"names", "b"},
                                                            {"force", "a"},
                                                            {"action", "delete"},
                                                            {"count", " 2 "}}));
    EXPECT_EQ(done.status, 303);
    EXPECT_EQ(console.changes().size(), 2U);
}

TEST_F(Bulk, RefusesNothingAndTooMuch) {
    EXPECT_EQ(console.post("/vms/bulk", params({{"action", "stop"}})).status, 422);
    EXPECT_EQ(console.post("/vms/bulk", params({{"names", "a"}})).status, 422);
    EXPECT_EQ(console.post("/vms/bulk", params({{"names", "a"}, {"action", "format"}})).status,
              422);
    Params many;
    for (int i = 0; i < 101; ++i) {
        many.add("names", "vm" + std::to_string(i));
    }
    many.add("action", "stop");
    const Response response = console.post("/vms/bulk", many);
    EXPECT_EQ(response.status, 422);
    EXPECT_TRUE(has(response, "href=\"/vms\""));
    EXPECT_TRUE(console.changes().empty());
    EXPECT_EQ(console.get("/bulk/unknown").status, 404);
}

TEST_F(Bulk, IsDoneOnce) {
    console.on_begin("POST /v1/vms/a/start", "op1", "a");
    const Params form = params({{"names", "a"}, {"action", "start"}, {"idem", "k"}});
    const std::string first = header_of(console.post("/vms/bulk", form), "Location");
    EXPECT_EQ(header_of(console.post("/vms/bulk", form), "Location"), first);
    (void)console.only_change();
}

TEST_F(Bulk, DeletesImages) {
    const Response asked = page_after(console.post(
        "/images/bulk", params({{"names", "dev"}, {"names", "debian"}, {"action", "delete"}})));
    EXPECT_TRUE(has(asked, "1.5 KiB on the disk"));
    console.on("DELETE /v1/images/dev", 200, json::object());
    console.on("DELETE /v1/images/debian", 409,
               {{"error", {{"kind", "conflict"}, {"message", "image debian is the default"}}}});
    const Response page = page_after(console.post(
        "/images/bulk",
        params({{"names", "dev"}, {"names", "debian"}, {"action", "delete"}, {"count", "2"}})));
    EXPECT_TRUE(has(page, ">deleted<"));
    EXPECT_TRUE(has(page, "image debian is the default"));
    EXPECT_TRUE(has(page, "action=\"/images/bulk\""));
}

TEST_F(Bulk, TidiesUpImages) {
    console.on("POST /v1/image-prune", 200,
               {{"images", {{{"name", "old"}, {"created_at", nullptr}, {"bytes", 1048576}}}},
                {"leftovers", {{{"path", "/x"}, {"what", "an old template"}, {"bytes", 5}}}},
                {"bytes", 1048581}});
    const Response asked = console.get("/images/-/prune?older_than=7d");
    EXPECT_EQ(asked.status, 200);
    EXPECT_TRUE(has(asked, "name=\"names\" value=\"old\""));
    EXPECT_TRUE(has(asked, "1 leftover"));
    EXPECT_TRUE(has(asked, "name=\"older_than\" value=\"7d\""));
    EXPECT_EQ(console
                  .post("/images/-/prune",
                        params({{"names", "old"}, {"older_than", "7d"}, {"count", "3"}}))
                  .status,
              422);
    EXPECT_TRUE(console.changes().empty());
    const Response page = page_after(console.post(
        "/images/-/prune", params({{"names", "old"}, {"older_than", "7d"}, {"count", "1"}})));
    EXPECT_EQ(console.only_change().body, json({{"older_than_s", 604800}, {"images", {"old"}}}));
    EXPECT_TRUE(has(page, "are free again"));
    EXPECT_EQ(console.get("/images/-/prune?older_than=soon").status, 422);
    console.on("POST /v1/image-prune", 200,
               {{"images", json::array()}, {"leftovers", json::array()}, {"bytes", 0}});
    const Response nothing = console.get("/images/-/prune");
    EXPECT_TRUE(has(nothing, "nothing is left over"));
    EXPECT_FALSE(has(nothing, "class=\"button danger"));
}

} // namespace
} // namespace web::test
