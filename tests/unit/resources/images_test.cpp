// What the API does with images, from request to answer.

#include "api/resources/resources.hpp"

#include "unit/vm/world.hpp"

#include "image/disks.hpp"
#include "image/work_seeds.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"
#include "plugin/absent_services.hpp"
#include "plugin/actions.hpp"
#include "plugin/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

namespace banger::api {
namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using vm::test::World;

/// A router in front of a daemon without its socket.
struct Front {
    Front(const fs::path& data, const fs::path& run)
        : world(data, run), plugins(plugin::Settings{}, absent.get()),
          actions(plugins), parts{world.threads,
                                  world.threads,
                                  world.threads,
                                  world.machines,
                                  world.operations,
                                  world.lifecycle,
                                  world.capabilities,
                                  world.events,
                                  world.catalog,
                                  world.image_bin,
                                  plugins,
                                  actions,
                                  world.database,
                                  world.settings,
                                  {},
                                  {},
                                  {},
                                  {},
                                  {}} {
        add_images(router, parts);
        add_image_stagings(router, parts);
        add_image_prune(router, parts);
        add_vms(router, parts);
    }

    World world;
    plugin::AbsentServices absent;
    plugin::Catalog plugins;
    plugin::Actions actions;
    Parts parts;
    Router router;
};

class ImageResources : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir.path() / "bundle");
        front.emplace(dir.path(), dir.path() / "run");
    }
    void TearDown() override {
        for (const auto& machine : front->world.machines.list()) {
            vm::test::end(*machine);
        }
    }

    json ask(const std::string& method, const std::string& target, const json& body = nullptr) {
        Request request;
        request.method = method;
        request.target = target;
        request.body = body.is_null() ? "" : body.dump();
        std::optional<Response> response;
        asio::co_spawn(front->world.loop, front->router.handle(std::move(request)),
                       [&](const std::exception_ptr& error, Response answer) {
                           EXPECT_FALSE(error);
                           response = std::move(answer);
                       });
        EXPECT_TRUE(front->world.wait([&] { return response.has_value(); }));
        status = response ? response->status : 0;
        return response ? json::parse(response->body) : json();
    }
    /// "conflict: image dev is ...", of a request that is refused.
    std::string refusal(const std::string& method, const std::string& target,
                        const json& body = nullptr) {
        const json answer = ask(method, target, body);
        EXPECT_GE(status, 400) << answer;
        const json error = answer.value("error", json::object());
        return error.value("kind", "") + ": " + error.value("message", "");
    }

    static void make_ext4(const fs::path& path) {
        const auto output = os::run({"mke2fs", "-q", "-F", "-t", "ext4", path.string(), "64M"});
        ASSERT_TRUE(output.status.ok()) << output.err;
    }
    /// A staging with a root file system and a work seed in it.
    json staged() {
        const json staging = ask("POST", "/v1/image-stagings", json::object());
        EXPECT_EQ(status, 201) << staging;
        const fs::path folder = staging.at("dir").get<std::string>();
        make_ext4(folder / "rootfs.ext4");
        make_ext4(folder / "work-seed.ext4");
        return staging;
    }
    json adopt(const std::string& name, const json& more = json::object()) {
        json body = {{"name", name}, {"staging", staged().at("id")}};
        body.update(more);
        const json image = ask("POST", "/v1/images", body);
        EXPECT_EQ(status, 200) << image;
        return image;
    }
    std::vector<std::string> names() {
        std::vector<std::string> list;
        const json answer = ask("GET", "/v1/images");
        for (const json& image : answer.at("images")) {
            list.push_back(image.at("name").get<std::string>());
        }
        return list;
    }

    os::TemporaryDir dir;
    std::optional<Front> front;
    int status = 0;
};

TEST_F(ImageResources, AStagingBecomesAnImage) {
    const json image = adopt("dev", {{"image",
                                      {{"base", "debian"},
                                       {"content_bytes", 7},
                                       {"kernel_version", nullptr},
                                       {"source", "build"},
                                       {"recipe", "sha256:00"},
                                       {"note", "mine"}}}});
    EXPECT_EQ(image, ask("GET", "/v1/images/dev"));
    EXPECT_EQ(image["kind"], "managed");
    EXPECT_EQ(image["base"], "debian");
    EXPECT_EQ(image["content_bytes"], 7);
    EXPECT_EQ(image["source"], "build");
    EXPECT_EQ(image["default"], false);
    EXPECT_EQ(image["used_by"], json::array());
    EXPECT_THAT(names(), testing::ElementsAre("debian", "dev"));
}

TEST_F(ImageResources, RequestsThatCannotBeAreRefusedByTheirMember) {
    const std::string id = staged().at("id");
    const auto refused = [&](const json& more) {
        json body = {{"name", "dev"}, {"staging", id}};
        body.update(more);
        return refusal("POST", "/v1/images", body);
    };
    EXPECT_EQ(refused({{"nmae", 1}}), "invalid: unknown member 'nmae' in the request");
    EXPECT_EQ(refused({{"replace", "yes"}}), "invalid: replace must be true or false");
    EXPECT_EQ(refused({{"image", 7}}), "invalid: image must be an object");
    EXPECT_THAT(refused({{"image", {{"base", 7}}}}), HasSubstr("invalid: image.base must be"));
    EXPECT_THAT(refused({{"image", {{"content_bytes", -1}}}}),
                HasSubstr("invalid: image.content_bytes"));
    EXPECT_EQ(refused({{"image", {{"source", "theft"}}}}),
              "invalid: 'theft' is no source of an image");
    EXPECT_THAT(refused({{"image", {{"sauce", ""}}}}), HasSubstr("unknown member 'image.sauce'"));
    EXPECT_THAT(refused({{"name", "../dev"}}), HasSubstr("invalid image name"));
    EXPECT_THAT(refused({{"staging", "../../etc"}}), HasSubstr("is no id of a staging"));
    EXPECT_THAT(refusal("POST", "/v1/image-stagings", {{"size", 1}}), HasSubstr("takes nothing"));
    EXPECT_THAT(refusal("PUT", "/v1/image-default", json::object()), HasSubstr("name must be"));
    EXPECT_THAT(refusal("POST", "/v1/image-prune", {{"older_than_s", -1}}),
                HasSubstr("older_than_s must be"));
    EXPECT_THAT(refusal("POST", "/v1/image-prune", {{"images", "dev"}}),
                HasSubstr("images must be a list"));
    EXPECT_THAT(refusal("PUT", "/v1/images/mine", {{"rootfs", "/nosuch"}}),
                HasSubstr("not_found: rootfs /nosuch"));
    EXPECT_THAT(names(), testing::ElementsAre("debian"));
}

TEST_F(ImageResources, AStagingIsRemovedHoweverOften) {
    const json staging = staged();
    const std::string target = "/v1/image-stagings/" + staging.at("id").get<std::string>();
    EXPECT_EQ(ask("DELETE", target), (json{{"deleted", staging.at("id")}}));
    EXPECT_FALSE(fs::exists(staging.at("dir").get<std::string>()));
    (void)ask("DELETE", target);
    EXPECT_EQ(status, 200);
    EXPECT_THAT(refusal("DELETE", "/v1/image-stagings/etc"), HasSubstr("is no id"));
}

TEST_F(ImageResources, EachChangeIsTold) {
    std::vector<std::string> told;
    const auto subscription = front->world.events.subscribe([&](const json& event) {
        if (event.at("type") == "image") {
            told.push_back(event.at("image").get<std::string>() + " " +
                           event.at("change").get<std::string>());
        }
    });
    adopt("dev");
    make_ext4(dir.path() / "mine.ext4");
    (void)ask("PUT", "/v1/images/mine", {{"rootfs", (dir.path() / "mine.ext4").string()}});
    (void)ask("PUT", "/v1/image-default", {{"name", "mine"}});
    (void)refusal("DELETE", "/v1/images/mine");
    (void)ask("DELETE", "/v1/images/dev");
    adopt("old");
    (void)ask("POST", "/v1/image-prune", {{"older_than_s", 0}, {"dry_run", true}});
    (void)ask("POST", "/v1/image-prune", {{"older_than_s", 0}});
    EXPECT_THAT(told, testing::ElementsAre("dev made", "mine registered", "mine default",
                                           "dev deleted", "old made", "old deleted"));
}

TEST_F(ImageResources, WhatVmsUseIsNotDeletedAndTheyAreNamed) {
    (void)adopt("dev");
    EXPECT_EQ(ask("PUT", "/v1/image-default", {{"name", "dev"}}),
              (json{{"kept", "dev"}, {"default", "dev"}, {"config", nullptr}}));
    (void)front->world.create("web");
    EXPECT_EQ(ask("GET", "/v1/images/dev")["used_by"], json::array({"web"}));
    EXPECT_EQ(refusal("DELETE", "/v1/images/dev"), "conflict: image dev is used by web");
    const json deleted = adopt("old");
    EXPECT_EQ(ask("DELETE", "/v1/images/old"), (json{{"deleted", "old"}}));
    EXPECT_FALSE(fs::exists(deleted.at("dir").get<std::string>()));
    (void)adopt("next");
    (void)ask("PUT", "/v1/image-default", {{"name", "next"}});
    EXPECT_EQ(refusal("DELETE", "/v1/images/next"), "conflict: image next is the default");
}

TEST_F(ImageResources, TheConfigurationWinsOverTheKeptDefault) {
    (void)adopt("dev");
    (void)adopt("mine");
    front->world.settings.image = "mine";
    EXPECT_EQ(ask("PUT", "/v1/image-default", {{"name", "dev"}}),
              (json{{"kept", "dev"}, {"default", "mine"}, {"config", "mine"}}));
    EXPECT_EQ(ask("GET", "/v1/images/mine")["default"], true);
    EXPECT_EQ(ask("GET", "/v1/images/dev")["default"], false);
    EXPECT_EQ(refusal("DELETE", "/v1/images/mine"), "conflict: image mine is the default");
}

TEST_F(ImageResources, AReplacedImageLeavesItsVmsWhatTheyHave) {
    const fs::path first = adopt("dev").at("dir").get<std::string>();
    (void)ask("PUT", "/v1/image-default", {{"name", "dev"}});
    (void)front->world.create("web");
    const json body = {{"name", "dev"}, {"staging", staged().at("id")}};
    EXPECT_THAT(refusal("POST", "/v1/images", body), HasSubstr("is there already"));
    const json second = adopt("dev", {{"replace", true}});
    EXPECT_EQ(second["older_base"], json::array({"web"}));
    EXPECT_EQ(second["default"], true);
    EXPECT_TRUE(front->world.wait([&] { return !fs::exists(first); }));
    const vm::MachinePaths paths(front->world.settings, *front->world.machines.get("web"));
    EXPECT_TRUE(fs::exists(paths.dir / image::BootFiles::base_name));
}

TEST_F(ImageResources, WithAnImageGoTheTemplatesThatWereMadeForIt) {
    const fs::path templates = front->world.settings.templates_dir;
    os::make_private_dir(templates);
    const auto put = [&](const std::string& name) {
        os::write_file_atomic(templates / name, "a template");
        return templates / name;
    };
    const fs::path bare = dir.path() / "bare.ext4";
    make_ext4(bare);
    (void)ask("PUT", "/v1/images/bare", {{"rootfs", bare.string()}});
    (void)ask("PUT", "/v1/images/twin", {{"rootfs", bare.string()}});
    const fs::path seed =
        put(image::WorkSeeds::prefix_of(front->world.catalog.get("bare")) + ".ext4");
    const fs::path disk = put(image::Disks::work_template_prefix(seed) + "64.ext4");
    const fs::path bundles =
        put(image::Disks::work_template_prefix(front->world.catalog.get("debian").work_seed) +
            "64.ext4");
    const fs::path nobodys = put("work-1-1.1-64.ext4");
    (void)ask("DELETE", "/v1/images/twin");
    EXPECT_TRUE(fs::exists(seed) && fs::exists(disk)) << "the other image has a use for them";
    (void)ask("DELETE", "/v1/images/bare");
    EXPECT_FALSE(fs::exists(seed) || fs::exists(disk));
    EXPECT_TRUE(fs::exists(bundles));
    EXPECT_TRUE(fs::exists(nobodys)) << "which is for prune";
}

TEST_F(ImageResources, AVmTellsWhatItBootsFromWhateverTheBundleIsNow) {
    (void)front->world.create("web");
    const json bundle = ask("GET", "/v1/images/debian");
    const json same = ask("GET", "/v1/vms/web/boot-files");
    EXPECT_EQ(status, 200) << same;
    EXPECT_EQ(same["kernel"], bundle["kernel"]);
    EXPECT_EQ(same["initrd"], bundle["initrd"]);
    EXPECT_EQ(same["kernel_version"], bundle["kernel_version"]);

    const fs::path about = dir.path() / "bundle" / "bundle.json";
    json next = json::parse(os::read_file(about));
    next["kernel"]["version"] = "9.9.9";
    os::write_file_atomic(about, next.dump());
    const json own = ask("GET", "/v1/vms/web/boot-files");
    const vm::MachinePaths paths(front->world.settings, *front->world.machines.get("web"));
    EXPECT_EQ(own["kernel"], (paths.dir / "kernel").string());
    EXPECT_EQ(own["initrd"], (paths.dir / "initramfs.img").string());
    EXPECT_EQ(own["kernel_version"], bundle["kernel_version"]);
    EXPECT_EQ(own["modules"], nullptr) << "the bundle's are of the new kernel";
    EXPECT_THAT(refusal("GET", "/v1/vms/none/boot-files"), HasSubstr("not_found"));
}

TEST_F(ImageResources, PruneTakesWhatIsUnusedAndOldAndWhatNobodyNeeds) {
    const std::string used = adopt("used").at("dir");
    const std::string unused = adopt("unused").at("dir");
    (void)adopt("kept");
    (void)ask("PUT", "/v1/image-default", {{"name", "used"}});
    (void)front->world.create("web");
    (void)ask("PUT", "/v1/image-default", {{"name", "kept"}});
    const json open = staged();
    const fs::path lost = dir.path() / "image-store" / "0123456789ab";
    os::make_private_dir(lost);

    const json young = ask("POST", "/v1/image-prune", {{"dry_run", true}});
    EXPECT_EQ(young["images"], json::array()) << young;
    ASSERT_EQ(young["leftovers"].size(), 1U) << young;
    EXPECT_EQ(young["leftovers"][0]["path"], lost.string());
    const json all = {{"older_than_s", 0}, {"dry_run", true}};
    const json shown = ask("POST", "/v1/image-prune", all);
    ASSERT_EQ(shown["images"].size(), 1U) << shown;
    EXPECT_EQ(shown["images"][0]["name"], "unused");
    EXPECT_GT(shown["bytes"].get<std::uint64_t>(), 0U);
    EXPECT_TRUE(fs::exists(unused));
    EXPECT_TRUE(fs::exists(lost));

    const json none = ask("POST", "/v1/image-prune",
                          {{"older_than_s", 0}, {"images", json::array()}}); // to none was agreed
    EXPECT_EQ(none["images"], json::array());
    EXPECT_FALSE(fs::exists(lost));
    EXPECT_TRUE(fs::exists(unused));
    (void)ask("POST", "/v1/image-prune", {{"older_than_s", 0}});
    EXPECT_FALSE(fs::exists(unused));
    EXPECT_TRUE(fs::exists(used));
    EXPECT_TRUE(fs::exists(open.at("dir").get<std::string>()));
    EXPECT_THAT(names(), testing::ElementsAre("debian", "kept", "used"));
}

TEST_F(ImageResources, WhatPruneCannotTakeIsToldAndKeepsNothingElse) {
    const fs::path stuck = adopt("a").at("dir").get<std::string>();
    const fs::path other = adopt("b").at("dir").get<std::string>();
    const fs::path store = dir.path() / "image-store";
    const fs::path lost = store / "0123456789ab";
    os::make_private_dir(lost);
    os::make_private_dir(store / ".removed" / stuck.filename() / "in the way");

    const json done = ask("POST", "/v1/image-prune", {{"older_than_s", 0}});
    EXPECT_EQ(status, 200) << done;
    ASSERT_EQ(done["failures"].size(), 1U) << done;
    EXPECT_EQ(done["failures"][0]["what"], "image a");
    EXPECT_THAT(done["failures"][0]["error"].get<std::string>(), HasSubstr(stuck.string()));
    ASSERT_EQ(done["images"].size(), 1U) << done;
    EXPECT_EQ(done["images"][0]["name"], "b");
    EXPECT_FALSE(fs::exists(other));
    EXPECT_FALSE(fs::exists(lost));
    EXPECT_THAT(names(), testing::ElementsAre("debian", "a"));

    const json again = ask("POST", "/v1/image-prune", {{"older_than_s", 0}});
    EXPECT_EQ(again["failures"], json::array()) << again; // nothing is in the way any more
    EXPECT_THAT(names(), testing::ElementsAre("debian"));
}

} // namespace
} // namespace banger::api
