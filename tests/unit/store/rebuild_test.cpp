#include "store/rebuild.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "store/database.hpp"
#include "store/image_json.hpp"
#include "store/image_table.hpp"
#include "store/lease_table.hpp"
#include "store/vm_json.hpp"
#include "store/vm_table.hpp"

#include <gtest/gtest.h>

namespace banger::store {
namespace {

struct RebuildTest : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path vms_dir = dir.path() / "vms";
    Database database{dir.path() / "banger.sqlite"};

    static VmRow row(const std::string& id, const std::string& name, const std::string& ip) {
        VmRow made{.id = id, .name = name, .state = "stopped", .ip = ip, .created_at = 4};
        made.exit = R"({"cause":"guest","code":0})";
        made.options = R"({"nat":{"publish":["80:80"]}})";
        made.started_at = 3;
        return made;
    }
    void folder(const std::string& name, const std::string& text) {
        std::filesystem::create_directories(vms_dir / name);
        os::write_file_atomic(vms_dir / name / "vm.json", text);
    }
};

TEST_F(RebuildTest, ARowSurvivesTheWayThroughJson) {
    const VmRow before = row("0a", "web", "10.0.0.2");
    EXPECT_EQ(vm_from_json(vm_to_json(before)), before);
    VmRow bare{.id = "1", .name = "n"};
    EXPECT_EQ(vm_from_json(vm_to_json(bare)), bare);
}

TEST_F(RebuildTest, ACopyOfBeforeContextIdsIsRead) {
    VmRow before = row("0a", "web", "10.0.0.2");
    before.cid = 77777;
    const std::string text = vm_to_json(before);
    EXPECT_EQ(vm_from_json(text).cid, 77777);
    const std::string member = "  \"cid\": 77777,\n";
    ASSERT_NE(text.find(member), std::string::npos) << text;
    EXPECT_EQ(vm_from_json(std::string(text).erase(text.find(member), member.size())).cid, 0);
}

TEST_F(RebuildTest, AContextIdThatTwoFoldersNameBelongsToOneAndNoVmIsLost) {
    for (VmRow vm : {row("0a", "web", "10.0.0.2"), row("0b", "db", "10.0.0.3")}) {
        vm.cid = 77777;
        folder(vm.id, vm_to_json(vm));
    }
    const Rebuilt rebuilt = rebuild_from_folders(database, vms_dir);
    EXPECT_EQ(rebuilt.vms.size(), 2U);
    ASSERT_EQ(rebuilt.problems.size(), 1U);
    EXPECT_NE(rebuilt.problems[0].find("0b: the vsock context id 77777 belongs to VM 0a"),
              std::string::npos);
    EXPECT_EQ(VmTable(database).find_by_cid(77777)->id, "0a");
    EXPECT_EQ(VmTable(database).find("0b"), row("0b", "db", "10.0.0.3"));
    EXPECT_EQ(LeaseTable(database).list().size(), 2U);
}

TEST_F(RebuildTest, BadJsonNamesTheField) {
    try {
        (void)vm_from_json(R"({"version":1,"id":7})");
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
    }
    EXPECT_THROW((void)vm_from_json(R"({"version":2})"), os::Error);
    EXPECT_THROW((void)vm_from_json(""), os::Error);
}

TEST_F(RebuildTest, VmsAndAddressesAreFoundAgain) {
    for (const VmRow& vm : {row("0a", "web", "10.0.0.2"), row("0b", "db", "")}) {
        folder(vm.id, vm_to_json(vm));
    }
    const Rebuilt rebuilt = rebuild_from_folders(database, vms_dir);
    EXPECT_TRUE(rebuilt.problems.empty());
    EXPECT_EQ(rebuilt.vms.size(), 2U);
    EXPECT_EQ(VmTable(database).find_by_name("web"), row("0a", "web", "10.0.0.2"));
    EXPECT_EQ(LeaseTable(database).owner_of("10.0.0.2"), "0a");
    EXPECT_TRUE(rebuild_from_folders(database, vms_dir).vms.empty()); // nothing twice
}

TEST_F(RebuildTest, AFolderThatIsWrongIsAProblemAndNotTheEnd) {
    folder("0a", vm_to_json(row("0a", "web", "10.0.0.2")));
    folder("0b", "{ half");
    folder("0c", vm_to_json(row("0a", "copy", "10.0.0.3")));
    folder("0d", vm_to_json(row("0d", "same-address", "10.0.0.2")));
    folder("0e", vm_to_json(row("0e", "web", "10.0.0.4")));
    std::filesystem::create_directories(vms_dir / "0f");
    const Rebuilt rebuilt = rebuild_from_folders(database, vms_dir);
    ASSERT_EQ(rebuilt.vms.size(), 1U);
    EXPECT_EQ(rebuilt.problems.size(), 5U);
    EXPECT_EQ(VmTable(database).list().size(), 1U);
    EXPECT_EQ(LeaseTable(database).list().size(), 1U);
}

TEST_F(RebuildTest, RegisteredImagesAreFoundAgain) {
    const ImageRow first{
        .name = "first", .kind = ImageKind::registered, .rootfs = "/r", .created_at = 5, .size = 6};
    const ImageRow second{
        .name = "second", .kind = ImageKind::registered, .rootfs = "/s", .kernel = "/k"};
    for (const ImageRow& row : {first, second}) {
        ImageTable(database).save(row);
    }
    ImageTable(database).save({.name = "gone", .kind = ImageKind::registered});
    ImageTable(database).remove("gone");
    std::filesystem::create_directory(dir.path() / "new");
    std::filesystem::copy_file(dir.path() / "images.json", dir.path() / "new" / "images.json");
    Database fresh(dir.path() / "new" / "banger.sqlite");
    const Rebuilt rebuilt = rebuild_from_folders(fresh, vms_dir);
    EXPECT_TRUE(rebuilt.problems.empty());
    EXPECT_EQ(ImageTable(fresh).list(), (std::vector<ImageRow>{first, second}));
    EXPECT_TRUE(rebuild_from_folders(fresh, vms_dir).images.empty());
}

TEST_F(RebuildTest, AnImageThatCannotBeKeptIsNotRecorded) {
    std::filesystem::create_directory(dir.path() / "images.json");
    std::filesystem::create_directory(dir.path() / "images.json" / "in the way");
    EXPECT_THROW(ImageTable(database).save({.name = "a", .kind = ImageKind::registered}),
                 os::Error);
    EXPECT_TRUE(ImageTable(database).list().empty());
}

TEST_F(RebuildTest, BadImagesAreAProblemAndVmsAreFoundAllTheSame) {
    os::write_file_atomic(dir.path() / "images.json", "[{");
    folder("0a", vm_to_json(row("0a", "web", "10.0.0.2")));
    const Rebuilt rebuilt = rebuild_from_folders(database, vms_dir);
    EXPECT_EQ(rebuilt.problems.size(), 1U);
    EXPECT_EQ(rebuilt.vms.size(), 1U);
}

TEST_F(RebuildTest, TheImagesOfAnEarlierBangerAreRead) {
    os::write_file_atomic(dir.path() / "images.json",
                          R"([{"name":"mine","kind":"registered","rootfs":"/r","kernel":"",
                              "initrd":"","modules":"","work_seed":"","created_at":5,"size":6}])");
    const Rebuilt rebuilt = rebuild_from_folders(database, vms_dir);
    EXPECT_TRUE(rebuilt.problems.empty());
    const ImageRow mine{
        .name = "mine", .kind = ImageKind::registered, .rootfs = "/r", .created_at = 5, .size = 6};
    EXPECT_EQ(ImageTable(database).list(), (std::vector<ImageRow>{mine}));
}

TEST_F(RebuildTest, AnImageThatDoesNotFitTheOthersIsAProblemAndNotTheEnd) {
    ImageRow first{.name = "a", .kind = ImageKind::registered};
    ImageRow second{.name = "b", .kind = ImageKind::registered};
    first.kept_default = true;
    second.kept_default = true;
    write_images_json(dir.path(), {first, second, {.name = "c", .kind = ImageKind::registered}});
    const Rebuilt rebuilt = rebuild_from_folders(database, vms_dir);
    EXPECT_EQ(rebuilt.images, (std::vector<std::string>{"a", "c"}));
    ASSERT_EQ(rebuilt.problems.size(), 1U);
    EXPECT_NE(rebuilt.problems[0].find("image b in images.json"), std::string::npos);
}

TEST_F(RebuildTest, NoFolderIsNoVm) {
    const Rebuilt rebuilt = rebuild_from_folders(database, dir.path() / "absent");
    EXPECT_TRUE(rebuilt.vms.empty());
    EXPECT_TRUE(rebuilt.problems.empty());
}

TEST_F(RebuildTest, TheCopyIsReplacedAtomically) {
    std::filesystem::create_directories(vms_dir / "0a");
    EXPECT_FALSE(find_vm_json(vms_dir / "0a"));
    write_vm_json(vms_dir / "0a", row("0a", "web", ""));
    write_vm_json(vms_dir / "0a", row("0a", "renamed", ""));
    EXPECT_EQ(find_vm_json(vms_dir / "0a")->name, "renamed");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(vms_dir / "0a"), {}), 1);
}

} // namespace
} // namespace banger::store
