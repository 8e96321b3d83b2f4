#include "fake_console.hpp"

#include <gtest/gtest.h>

namespace web::test {
namespace {

using nlohmann::json;

/// As the plugin of the tree says it, shortened.
json builder(const std::string& state = "active") {
    const json build = json::parse(R"({"required": ["name"], "properties": {
        "name": {"type": "string", "description": "what to call the image"},
        "from": {"type": "string", "description": "the image to begin with"},
        "rootfs": {"type": "string", "x-path": true, "description": "an ext4 of yours"},
        "recipe": {"type": "string", "x-path": true},
        "package": {"type": "array", "items": {"type": "string"}},
        "docker": {"type": "boolean", "default": false},
        "defaults": {"type": "boolean"},
        "cpus": {"type": "integer", "minimum": 1, "maximum": 32},
        "size": {"type": "string"}}})");
    const json other = json::parse(R"({"required": ["name", "file"], "properties": {
        "name": {"type": "string"}, "file": {"type": "string", "x-path": true},
        "replace": {"type": "boolean", "default": false}}})");
    const json commit = json::parse(R"({"required": ["vm", "image"], "properties": {
        "vm": {"type": "string"}, "image": {"type": "string"},
        "stop": {"type": "boolean", "default": false}}})");
    const auto verb = [](const char* name, const json& schema) {
        return json{{"kind", "cli"}, {"name", name}, {"params_schema", schema}};
    };
    return {{"id", "imagebuild"},
            {"state", state},
            {"reason", state == "active" ? "" : "switched off"},
            {"actions",
             {verb("build", build), verb("export", other), verb("import", other),
              verb("commit", commit)}}};
}

json begun(const char* op) {
    return {{"status", "ok"}, {"output", {{{"kind", "json"}, {"json", {{"operation", op}}}}}}};
}

struct ImageForms : testing::Test {
    FakeConsole console;
    ImageForms() {
        console.images = {image("debian", true), image("dev")};
        console.vms = {vm("web-1", "stopped")};
        console.plugins = {builder()};
    }
};

TEST_F(ImageForms, MakeABuildOfThePluginsSchema) {
    const Response page = console.get("/images/-/new");
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(has(page, "<label for=\"docker\"><input type=\"checkbox\""));
    EXPECT_TRUE(has(page, "<select id=\"from\""));
    EXPECT_TRUE(has(page, "<option value=\"debian\">"));
    EXPECT_TRUE(has(page, "<textarea id=\"package\""));
    EXPECT_TRUE(has(page, "name=\"browse\" value=\"rootfs\""));
    EXPECT_FALSE(has(page, "name=\"browse\" value=\"size\""));
    EXPECT_TRUE(has(page, "aria-required=\"true\""));

    console.on("POST /v1/plugins/imagebuild/actions/cli/build", 200, begun("op1"));
    const Response sent = console.post("/images/-/new", params({{"name", "ci"},
                                                                {"from", "dev"},
                                                                {"package", "nginx\r\njq\r\n"},
                                                                {"docker", "true"},
                                                                {"defaults", "false"},
                                                                {"cpus", "2"},
                                                                {"rootfs", ""},
                                                                {"size", "16G"},
                                                                {"typed", "1"}}));
    EXPECT_EQ(header_of(sent, "Location"), "/ops/op1");
    EXPECT_EQ(console.only_change().body,
              json::parse(R"({"name": "ci", "from": "dev", "package": ["nginx", "jq"],
                              "docker": true, "defaults": false, "cpus": 2, "size": "16G"})"));
}

TEST_F(ImageForms, HideNoImageWhateverItsName) {
    console.on("POST /v1/image-prune", 200,
               {{"images", json::array()}, {"leftovers", json::array()}, {"bytes", 0}});
    for (const std::string name : {"new", "register", "import", "prune"}) {
        const Response led = console.get("/images/" + name + "?name=a%26b");
        EXPECT_EQ(led.status, 303) << name;
        EXPECT_EQ(header_of(led, "Location"), "/images/-/" + name + "?name=a%26b");
        EXPECT_EQ(console.get("/images/-/" + name).status, 200) << name;
    }
    for (const std::string name : {"new", "register", "import", "prune", "bulk"}) {
        console.images.push_back(image(name));
        console.changed();
        const Response page = console.get("/images/" + name);
        EXPECT_EQ(page.status, 200) << name;
        EXPECT_TRUE(has(page, "<h1>" + name + "</h1>")) << name;
        EXPECT_FALSE(has(console.get("/images/-/" + name), "<h1>" + name + "</h1>")) << name;
    }
    EXPECT_EQ(console.get("/images/nosuch").status, 404);
}

TEST_F(ImageForms, KeepABuildThatIsRefused) {
    console.on("POST /v1/plugins/imagebuild/actions/cli/build", 400,
               {{"error", {{"kind", "invalid"}, {"message", "--size: 'x' is no size"}}}});
    const Response page =
        console.post("/images/-/new",
                     params({{"name", "ci"}, {"size", "x"}, {"docker", "true"}, {"typed", "1"}}));
    EXPECT_EQ(page.status, 422);
    EXPECT_TRUE(has(page, "<a href=\"#size\">Size</a>: &#39;x&#39; is no size"));
    EXPECT_TRUE(has(page, "value=\"true\" checked"));
    EXPECT_TRUE(has(page, "banger image build --docker --size x ci"));
    const Response unnamed = console.post("/images/-/new", params({{"typed", "1"}}));
    EXPECT_EQ(unnamed.status, 422);
    EXPECT_TRUE(has(unnamed, "this is needed"));
    EXPECT_EQ(console.changes().size(), 1U);
}

TEST_F(ImageForms, TakeTheirInputAlongToThePicker) {
    const Response asked = console.post("/images/-/register", params({{"csrf", "x"},
                                                                      {"idem", "k"},
                                                                      {"typed", "1"},
                                                                      {"name", "a&b"},
                                                                      {"rootfs", "/home/me/x.ext4"},
                                                                      {"browse", "kernel"}}));
    EXPECT_EQ(asked.status, 303);
    const std::string address = header_of(asked, "Location");
    EXPECT_EQ(address,
              "/files?field=kernel&at=&back=%2Fimages%2F-%2Fregister%3Ftyped%3D1%26name%3Da"
              "%2526b%26rootfs%3D%252Fhome%252Fme%252Fx.ext4");
    const Response back = console.get(
        "/images/-/register?typed=1&name=a%26b&rootfs=%2Fhome%2Fme%2Fx.ext4&kernel=%2Fboot%2Fk");
    EXPECT_TRUE(has(back, "value=\"a&amp;b\""));
    EXPECT_TRUE(has(back, "value=\"/home/me/x.ext4\""));
    EXPECT_TRUE(has(back, "value=\"/boot/k\""));
    const Response much = console.post(
        "/images/-/register", params({{"name", std::string(9000, 'n')}, {"browse", "rootfs"}}));
    EXPECT_EQ(much.status, 422);
    EXPECT_TRUE(has(much, "type the path in"));
    EXPECT_TRUE(has(much, std::string(9000, 'n')));
    EXPECT_TRUE(console.changes().empty());
}

TEST_F(ImageForms, Register) {
    console.on("PUT /v1/images/mine", 200, image("mine"));
    const Response sent = console.post(
        "/images/-/register",
        params({{"name", "mine"}, {"rootfs", "/x/a.ext4"}, {"kernel", ""}, {"work_seed", "/x/w"}}));
    EXPECT_EQ(header_of(sent, "Location"), "/images/mine");
    EXPECT_EQ(console.only_change().body, json({{"rootfs", "/x/a.ext4"}, {"work_seed", "/x/w"}}));
    const Response relative =
        console.post("/images/-/register", params({{"name", "mine"}, {"rootfs", "a.ext4"}}));
    EXPECT_EQ(relative.status, 422);
    EXPECT_TRUE(has(relative, "is not an absolute path"));
    console.on("PUT /v1/images/mine", 404,
               {{"error", {{"kind", "invalid"}, {"message", "kernel /x/k: no such file"}}}});
    const Response refused = console.post(
        "/images/-/register", params({{"name", "mine"}, {"rootfs", "/x/a"}, {"kernel", "/x/k"}}));
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(has(refused, "<a href=\"#kernel\">Kernel</a>"));
    EXPECT_TRUE(has(refused, "banger image register --rootfs /x/a --kernel /x/k mine"));
}

TEST_F(ImageForms, ExportImportCommit) {
    EXPECT_TRUE(has(console.get("/images/dev/export"), "/dev.tar.zst\""));
    console.on("POST /v1/plugins/imagebuild/actions/cli/export", 200, begun("op1"));
    EXPECT_EQ(header_of(console.post("/images/dev/export", params({{"file", "/x/d.tar.zst"}})),
                        "Location"),
              "/ops/op1");
    EXPECT_EQ(console.changes()[0].body, json({{"name", "dev"}, {"file", "/x/d.tar.zst"}}));
    console.on("POST /v1/plugins/imagebuild/actions/cli/commit", 200, begun("op2"));
    EXPECT_EQ(
        header_of(console.post("/vms/web-1/commit", params({{"image", "snap"}, {"stop", "true"}})),
                  "Location"),
        "/ops/op2");
    EXPECT_EQ(console.changes()[1].body,
              json({{"vm", "web-1"}, {"image", "snap"}, {"stop", true}}));
    console.on("POST /v1/plugins/imagebuild/actions/cli/import", 200, begun("op3"));
    (void)console.post("/images/-/import", params({{"file", "/x/d.tar.zst"}, {"name", "d"}}));
    EXPECT_EQ(console.changes()[2].body, json({{"name", "d"}, {"file", "/x/d.tar.zst"}}));
    // What the page is about cannot be changed by the form.
    (void)console.post("/images/dev/export", params({{"file", "/x/d"}, {"name", "other"}}));
    EXPECT_EQ(console.changes()[3].body.at("name"), "dev");
}

TEST_F(ImageForms, SayThatTheBuilderIsOff) {
    console.plugins = {builder("disabled")};
    const Response page = console.get("/images/-/new");
    EXPECT_EQ(page.status, 503);
    EXPECT_TRUE(has(page, "The plugin imagebuild is disabled: switched off"));
    EXPECT_EQ(console.post("/images/-/new", params({{"name", "x"}})).status, 503);
    FakeConsole without;
    EXPECT_TRUE(has(without.get("/vms/a/commit"), "is not there"));
}

TEST_F(ImageForms, BuildAgainWhatFailed) {
    console.on("POST /v1/plugins/imagebuild/actions/cli/build", 200, begun("op1"));
    (void)console.post("/images/-/new", params({{"name", "ci"}}));
    console.on("GET /v1/operations/op1", 200, operation_of("op1", "ci", "failed"));
    console.on("POST /v1/plugins/imagebuild/actions/cli/build", 200, begun("op2"));
    EXPECT_EQ(header_of(console.post("/ops/op1/retry", params({})), "Location"), "/ops/op2");
    EXPECT_EQ(console.changes()[1].body, json({{"name", "ci"}}));
}

TEST_F(ImageForms, ChooseTheDefaultAndDelete) {
    console.on("PUT /v1/image-default", 200, {{"kept", "dev"}});
    EXPECT_EQ(
        header_of(console.post("/images/dev/default", params({{"back", "/images"}})), "Location"),
        "/images");
    EXPECT_EQ(console.only_change().body, json({{"name", "dev"}}));
    EXPECT_EQ(header_of(console.post("/images/dev/delete", params({})), "Location"),
              "/images/dev/confirm/delete?back=%2Fimages%2Fdev");
    console.images[1]["used_by"] = {"web-1"};
    console.changed();
    const Response asked = console.get("/images/dev/confirm/delete");
    EXPECT_TRUE(has(asked, "1.5 KiB on the disk"));
    EXPECT_TRUE(has(asked, "web-1"));
    console.on("DELETE /v1/images/dev", 200, json::object());
    const json answer =
        json::parse(console.post("/images/dev/delete", params({{"confirmed", "1"}}), true).body);
    EXPECT_EQ(answer, json({{"op", nullptr}, {"href", "/images"}}));
}

} // namespace
} // namespace web::test
