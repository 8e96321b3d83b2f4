#include "image/catalog.hpp"

#include "image/ext4.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"
#include "store/database.hpp"
#include "store/image_table.hpp"
#include "store/reserve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::image {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// Says what `call` throws: "conflict: image a is ...".
std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return std::string(os::to_string(error.kind())) + ": " + error.what() + "; " + error.hint();
    }
    return "nothing was thrown";
}

const std::string packed_kernel = std::string(0x202, 'x') + "HdrS and what follows";

/// A bundle whose image is "debian", and an ext4 file of a megabyte.
class CatalogTest : public ::testing::Test {
  protected:
    void SetUp() override {
        os::make_private_dir(bundle);
        os::write_file_atomic(bundle / "bundle.json",
                              R"({"version":1,"kernel":{"version":"6.1","vmlinuz":"vmlinuz"},
                                  "initramfs":"initramfs.img","work_seed":"seed.ext4",
                                  "rootfs":{"name":"debian","path":"rootfs.ext4"},
                                  "ssh_key":"id"})");
        os::write_file_atomic(bundle / "vmlinuz", packed_kernel);
        os::write_file_atomic(bundle / "initramfs.img", "070701 and what follows");
        os::write_file_atomic(bundle / "id", "a key");
        make_ext4(bundle / "rootfs.ext4");
        make_ext4(bundle / "seed.ext4");
        start();
    }

    static void make_ext4(const fs::path& path) {
        const auto output = os::run(
            {"mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", path.string(), "1M"});
        ASSERT_TRUE(output.status.ok()) << output.err;
    }

    /// As another daemon does it after the last one ended.
    void start() {
        catalog.reset();
        table.reset();
        database.emplace(dir.path() / "banger.sqlite");
        table.emplace(*database);
        catalog.emplace(*table, reserve, bundle, store);
    }

    ImageStore::Staging staging() {
        ImageStore::Staging made = catalog->stagings().open();
        make_ext4(made.dir / "rootfs.ext4");
        return made;
    }

    /// The folder of the image that it took the place of, if any.
    std::string adopt(const Adoption& wanted) {
        const Catalog::Prepared prepared = catalog->prepare(wanted);
        return catalog->finish(prepared, Catalog::complete(prepared));
    }

    fs::path managed(const std::string& name) {
        const ImageStore::Staging made = staging();
        (void)adopt({.name = name, .staging = made.id});
        return catalog->get(name).dir;
    }

    os::TemporaryDir dir;
    fs::path bundle = dir.path() / "bundle";
    fs::path store = dir.path() / "image-store";
    store::Reserve reserve{dir.path() / "reserve"};
    std::optional<store::Database> database;
    std::optional<store::ImageTable> table;
    std::optional<Catalog> catalog;
};

TEST_F(CatalogTest, AStagingBecomesAnImageWithAllThatIsKnownOfIt) {
    const ImageStore::Staging made = staging();
    struct stat info {};
    ASSERT_EQ(::stat(made.dir.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
    make_ext4(made.dir / "work-seed.ext4");
    os::write_file_atomic(made.dir / "vmlinuz", "a kernel");
    os::write_file_atomic(made.dir / "vmlinux", "the same as ELF");
    os::write_file_atomic(made.dir / "packages.txt", "bash 5.2\ncurl 7.88\n");
    os::make_private_dir(made.dir / "modules");
    os::write_file_atomic(made.dir / "modules" / "a.ko", "m");
    EXPECT_EQ(adopt({.name = "dev",
                     .staging = made.id,
                     .made_from = "debian",
                     .content_bytes = 77,
                     .kernel_version = "6.12",
                     .source = store::ImageSource::build,
                     .recipe = "sha256:00",
                     .note = "for work"}),
              "");
    EXPECT_FALSE(fs::exists(made.dir));
    const Image image = catalog->get("dev");
    EXPECT_EQ(image.kind, store::ImageKind::managed);
    EXPECT_EQ(image.dir.parent_path(), store);
    EXPECT_EQ(image.rootfs, image.dir / "rootfs.ext4");
    EXPECT_EQ(image.work_seed, image.dir / "work-seed.ext4");
    EXPECT_EQ(image.kernel, image.dir / "vmlinuz");
    EXPECT_EQ(image.kernel_elf, image.dir / "vmlinux");
    EXPECT_EQ(image.initramfs, bundle / "initramfs.img"); // it has none
    EXPECT_EQ(image.modules, image.dir / "modules");
    EXPECT_EQ(image.kernel_version, "6.12");
    EXPECT_FALSE(image.foreign_seed);
    const json document = to_json(image);
    EXPECT_EQ(document["ok"], true) << document;
    EXPECT_EQ(document["content_bytes"], 77);
    EXPECT_GT(document["disk_bytes"].get<std::uint64_t>(), 0U);
    EXPECT_EQ(document["packages"]["count"], 2);
    EXPECT_EQ(document["packages"]["manifest"], (image.dir / "packages.txt").string());
    EXPECT_EQ(document["base"], "debian");
    EXPECT_EQ(document["recipe"], "sha256:00");
    EXPECT_EQ(document["note"], "for work");
    ASSERT_EQ(::stat(image.rootfs.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0400U); // its VMs share it
}

TEST_F(CatalogTest, WhatAnImageLacksIsTheBundles) {
    (void)managed("dev");
    const Image image = catalog->get("dev");
    EXPECT_EQ(image.kernel, bundle / "vmlinuz");
    EXPECT_EQ(image.kernel_version, "6.1");
    EXPECT_EQ(image.work_seed, bundle / "seed.ext4");
    EXPECT_TRUE(image.foreign_seed);
    EXPECT_GT(to_json(image)["content_bytes"].get<std::uint64_t>(), 0U); // of its file system
}

TEST_F(CatalogTest, WhatIsNoPartOfAnImageIsRefusedAndTheStagingStays) {
    const struct {
        const char* name;
        std::function<void(const fs::path&)> put;
        const char* says;
    } cases[] = {
        {"notes.txt", [](const fs::path& path) { os::write_file_atomic(path, "x"); },
         "notes.txt is no part of an image"},
        {"vmlinuz", [](const fs::path& path) { fs::create_symlink("/etc/passwd", path); },
         "vmlinuz is no regular file"},
        {"initramfs.img", [](const fs::path& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); },
         "initramfs.img is no regular file"},
        {"modules", [](const fs::path& path) { os::write_file_atomic(path, "x"); },
         "modules is no part of an image"},
        {"image.json", [](const fs::path& path) { fs::create_directory(path); },
         "image.json is no part of an image"},
        {"vmlinux",
         [](const fs::path& path) {
             fs::create_hard_link(path.parent_path() / "rootfs.ext4", path);
         },
         "has another name (a hard link)"},
        {"work-seed.ext4", [](const fs::path& path) { os::write_file_atomic(path, "x"); },
         "work-seed.ext4 is no ext4 file system"},
    };
    for (const auto& each : cases) {
        const ImageStore::Staging made = staging();
        each.put(made.dir / each.name);
        EXPECT_THAT(refusal([&] { (void)adopt({.name = "dev", .staging = made.id}); }),
                    testing::AllOf(HasSubstr("invalid: "), HasSubstr(each.says)));
        EXPECT_TRUE(fs::exists(made.dir / "rootfs.ext4"));
    }
    const ImageStore::Staging made = staging();
    os::make_private_dir(made.dir / "modules");
    fs::create_symlink("/usr/src", made.dir / "modules" / "build");
    EXPECT_THAT(refusal([&] { (void)adopt({.name = "dev", .staging = made.id}); }),
                HasSubstr("build is no file and no folder"));
    EXPECT_FALSE(catalog->find("dev"));
}

TEST_F(CatalogTest, AStagingWithoutARootFileSystemIsNoImage) {
    const ImageStore::Staging made = catalog->stagings().open();
    EXPECT_THAT(refusal([&] { (void)adopt({.name = "dev", .staging = made.id}); }),
                HasSubstr("has no rootfs.ext4"));
    os::write_file_atomic(made.dir / "rootfs.ext4", std::string(4096, 'x'));
    EXPECT_THAT(refusal([&] { (void)adopt({.name = "dev", .staging = made.id}); }),
                HasSubstr("rootfs.ext4 is no ext4 file system"));
}

TEST_F(CatalogTest, NamesAndStagingsAreChecked) {
    const ImageStore::Staging made = staging();
    for (const char* name : {"", "Dev", "-a", ".a", "_a", "a/b", "a b"}) {
        EXPECT_THAT(refusal([&] { (void)adopt({.name = name, .staging = made.id}); }),
                    HasSubstr("invalid image name"))
            << name;
    }
    for (const char* name : {"debian", "default"}) {
        EXPECT_THAT(refusal([&] { (void)adopt({.name = name, .staging = made.id}); }),
                    HasSubstr("is the runtime bundle's"));
    }
    for (const char* id : {"", "..", "st-", "st-../../x", "st-00000000000g"}) {
        EXPECT_THAT(refusal([&] { (void)adopt({.name = "dev", .staging = id}); }),
                    HasSubstr("is no id of a staging"))
            << id;
    }
    EXPECT_THAT(refusal([&] { (void)adopt({.name = "dev", .staging = "st-000000000000"}); }),
                HasSubstr("not_found: there is no staging st-000000000000"));
}

TEST_F(CatalogTest, AStagingBelongsToOneAtATime) {
    const ImageStore::Staging made = staging();
    {
        const Catalog::Prepared prepared = catalog->prepare({.name = "a", .staging = made.id});
        EXPECT_THAT(refusal([&] { (void)catalog->prepare({.name = "b", .staging = made.id}); }),
                    HasSubstr("busy: "));
        EXPECT_THAT(refusal([&] { catalog->stagings().drop(made.id); }), HasSubstr("busy: "));
    }
    catalog->stagings().drop(made.id);
    EXPECT_FALSE(fs::exists(made.dir));
    catalog->stagings().drop(made.id); // again is no error
    EXPECT_THAT(catalog->store().empty_bin(), IsEmpty());
    EXPECT_THAT(catalog->store().stagings(), IsEmpty());
}

TEST_F(CatalogTest, ANameThatIsTakenIsReplacedOnlyWhenAskedTo) {
    const fs::path first = managed("dev");
    catalog->set_default("dev");
    const ImageStore::Staging made = staging();
    EXPECT_THAT(refusal([&] { (void)adopt({.name = "dev", .staging = made.id}); }),
                HasSubstr("conflict: image dev is there already"));
    EXPECT_TRUE(fs::exists(made.dir));
    EXPECT_EQ(adopt({.name = "dev", .staging = made.id, .replace = true}), first.filename());
    EXPECT_EQ(catalog->kept_default(), "dev"); // still
    EXPECT_NE(catalog->get("dev").dir, first);
    // A create that is under way may still link to these; they come back as no image.
    EXPECT_TRUE(fs::exists(first / "rootfs.ext4"));
    start();
    const Catalog::TakenUp taken = catalog->take_up();
    EXPECT_THAT(taken.images, IsEmpty());
    EXPECT_THAT(taken.problems, ElementsAre(HasSubstr(first.string() + " is no image")));
    EXPECT_TRUE(catalog->put_away_unused(first.filename()));
    EXPECT_FALSE(catalog->put_away_unused(catalog->get("dev").dir.filename()));
    EXPECT_FALSE(fs::exists(first));
}

TEST_F(CatalogTest, AManagedImageTakesThePlaceOfARegisteredOneWhoseFilesStay) {
    catalog->register_image("dev", {.rootfs = bundle / "rootfs.ext4"});
    const ImageStore::Staging made = staging();
    EXPECT_EQ(adopt({.name = "dev", .staging = made.id, .replace = true}), "");
    EXPECT_TRUE(fs::exists(bundle / "rootfs.ext4"));
    EXPECT_THAT(
        refusal([&] { catalog->register_image("dev", {.rootfs = bundle / "rootfs.ext4"}); }),
        HasSubstr("conflict: image dev is there, with files of its own"));
}

TEST_F(CatalogTest, RegisteringAgainLeavesTheDefaultAlone) {
    EXPECT_EQ(catalog->kept_default(), "debian");
    catalog->register_image("mine", {.rootfs = bundle / "rootfs.ext4"});
    EXPECT_EQ(catalog->kept_default(), "debian");
    catalog->set_default("mine");
    catalog->register_image("mine", {.rootfs = bundle / "seed.ext4"});
    EXPECT_EQ(catalog->kept_default(), "mine");
    EXPECT_EQ(catalog->get(catalog->default_name("")).rootfs, bundle / "seed.ext4");
    start();
    EXPECT_EQ(catalog->get(catalog->default_name("")).name, "mine");
    catalog->set_default("debian");
    EXPECT_EQ(catalog->get(catalog->default_name("")).name, "debian");
    EXPECT_THAT(refusal([&] { catalog->set_default("none"); }), HasSubstr("not_found: "));
}

TEST_F(CatalogTest, WhatTheConfigurationNamesIsTheDefaultWhateverIsKept) {
    catalog->register_image("mine", {.rootfs = bundle / "rootfs.ext4"});
    EXPECT_EQ(catalog->default_name(""), "debian");
    catalog->set_default("mine");
    EXPECT_EQ(catalog->default_name(""), "mine");
    EXPECT_EQ(catalog->default_name("debian"), "debian");
    EXPECT_EQ(catalog->default_name("default"), "debian"); // another name of the bundle's
    EXPECT_EQ(catalog->default_name("none"), "none");
    EXPECT_EQ(catalog->kept_default(), "mine");
    EXPECT_THAT(refusal([&] { (void)catalog->get(catalog->default_name("none")); }),
                HasSubstr("not_found: no image named 'none'"));
}

TEST_F(CatalogTest, WithoutABundleItIsSaidWhyThereIsNoDefault) {
    os::remove_tree(bundle);
    EXPECT_EQ(catalog->default_name(""), "");
    EXPECT_THAT(refusal([&] { (void)catalog->get(""); }), HasSubstr("no runtime bundle in "));
}

TEST_F(CatalogTest, AWorkSeedMayBeRegistered) {
    const Image image = catalog->register_image(
        "mine", {.rootfs = bundle / "rootfs.ext4", .work_seed = bundle / "seed.ext4"});
    EXPECT_FALSE(image.foreign_seed);
    EXPECT_THAT(refusal([&] {
                    catalog->register_image(
                        "mine", {.rootfs = bundle / "rootfs.ext4", .work_seed = bundle / "id"});
                }),
                HasSubstr("work seed " + (bundle / "id").string() + " is no ext4 file system"));
}

TEST_F(CatalogTest, AKernelThatIsRegisteredMayBeElf) {
    os::write_file_atomic(dir.path() / "vmlinux", "\177ELF and what follows");
    Registration registration{.rootfs = bundle / "rootfs.ext4", .kernel = dir.path() / "vmlinux"};
    catalog->register_image("mine", registration);
    start();
    EXPECT_EQ(catalog->get("mine").kernel, dir.path() / "vmlinux");
    EXPECT_EQ(catalog->get("mine").kernel_elf, dir.path() / "vmlinux");
    registration.kernel = bundle / "vmlinuz";
    catalog->register_image("mine", registration);
    EXPECT_EQ(catalog->get("mine").kernel_elf, fs::path());
}

TEST_F(CatalogTest, OnlyWhatBootsIsRegisteredAsKernelAndInitialRamDisk) {
    const fs::path script = dir.path() / "script";
    os::write_file_atomic(script, "#!/bin/sh\n" + std::string(1000, '#'));
    Registration registration{.rootfs = bundle / "rootfs.ext4", .kernel = script};
    EXPECT_THAT(refusal([&] { catalog->register_image("mine", registration); }),
                AllOf(HasSubstr("kernel " + script.string() + " is no Linux kernel"),
                      HasSubstr("/boot/vmlinuz-VERSION")));
    registration.kernel = bundle / "vmlinuz";
    registration.initramfs = script;
    EXPECT_THAT(refusal([&] { catalog->register_image("mine", registration); }),
                HasSubstr("initrd " + script.string() + " is no initial RAM disk"));
    EXPECT_FALSE(catalog->find("mine"));
    using namespace std::string_literals;
    for (const std::string& begin : {"\x1f\x8b\x08"s, "\xfd\x37zXZ\0"s, "(\xb5/\xfd"s, "070701"s}) {
        os::write_file_atomic(dir.path() / "initrd", begin + "rest");
        registration.initramfs = dir.path() / "initrd";
        EXPECT_EQ(catalog->register_image("mine", registration).initramfs, dir.path() / "initrd");
    }
}

TEST_F(CatalogTest, WhatIsUsedOrTheDefaultIsNotDeleted) {
    const fs::path folder = managed("dev");
    EXPECT_THAT(refusal([&] {
                    catalog->remove("dev", {"a", "b"}, "debian");
                }),
                HasSubstr("image dev is used by a, b"));
    EXPECT_THAT(refusal([&] { catalog->remove("dev", {}, "dev"); }),
                HasSubstr("name another one in vm.image"));
    catalog->set_default("dev");
    EXPECT_THAT(refusal([&] { catalog->remove("dev", {}, "debian"); }),
                HasSubstr("image dev is the default; choose another one first: banger image "
                          "default NAME"));
    EXPECT_THAT(refusal([&] { catalog->remove("debian", {}, "dev"); }),
                HasSubstr("is the runtime bundle's"));
    EXPECT_TRUE(fs::exists(folder));
    catalog->set_default("debian");
    catalog->remove("dev", {}, "debian");
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_FALSE(catalog->find("dev"));
    EXPECT_THAT(catalog->store().empty_bin(), IsEmpty());
    EXPECT_TRUE(fs::is_empty(store / ".removed"));
}

TEST_F(CatalogTest, WhatCannotBeRemovedFromTheBinIsToldAndKeepsNothingElse) {
    constexpr uid_t nobody = 65534;
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root for files of somebody else";
    }
    const fs::path bin = store / ".removed";
    for (const fs::path& folder : {store, bin, bin / "a", bin / "stuck", bin / "z"}) {
        os::make_private_dir(folder);
    }
    os::write_file_atomic(bin / "stuck" / "theirs", "x");
    ASSERT_EQ(::chmod((bin / "stuck").c_str(), 0755), 0);
    for (const fs::path& folder : {dir.path(), store, bin, bin / "a", bin / "z"}) {
        ASSERT_EQ(::chown(folder.c_str(), nobody, nobody), 0);
    }
    const pid_t child = ::fork();
    if (child == 0) {
        const bool asked = ::setresuid(nobody, nobody, nobody) == 0;
        const std::vector<std::string> problems =
            asked ? ImageStore(store).empty_bin() : std::vector<std::string>();
        ::_exit(problems.size() == 1 && problems[0].find("stuck/theirs") != std::string::npos ? 0
                                                                                              : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_FALSE(fs::exists(bin / "a"));
    EXPECT_FALSE(fs::exists(bin / "z"));
    EXPECT_THAT(ImageStore(store).empty_bin(), IsEmpty());
    EXPECT_TRUE(fs::is_empty(bin));
}

TEST_F(CatalogTest, FilesOfARegisteredImageStayWhenItIsDeleted) {
    catalog->register_image("mine", {.rootfs = bundle / "rootfs.ext4"});
    catalog->remove("mine", {}, "debian");
    EXPECT_TRUE(fs::exists(bundle / "rootfs.ext4"));
}

TEST_F(CatalogTest, ADeletionThatCannotBeRecordedLeavesTheImage) {
    const fs::path folder = managed("dev");
    fs::remove(dir.path() / "images.json");
    fs::create_directories(dir.path() / "images.json" / "in the way");
    EXPECT_THROW(catalog->remove("dev", {}, "debian"), Error);
    EXPECT_TRUE(fs::exists(folder / "rootfs.ext4"));
    EXPECT_TRUE(catalog->find("dev"));
}

TEST_F(CatalogTest, AnAdoptionThatCannotBeRecordedLeavesTheStaging) {
    const ImageStore::Staging made = staging();
    fs::create_directories(dir.path() / "images.json" / "in the way");
    const fs::perms before = fs::status(made.dir / "rootfs.ext4").permissions();
    EXPECT_THROW((void)adopt({.name = "dev", .staging = made.id}), Error);
    EXPECT_FALSE(catalog->find("dev"));
    EXPECT_THAT(catalog->store().folders(), IsEmpty());
    EXPECT_EQ(fs::status(made.dir / "rootfs.ext4").permissions(), before);
    EXPECT_FALSE(fs::exists(made.dir / "image.json"));
}

TEST_F(CatalogTest, AnAdoptionThatComesTooLateLeavesTheStagingAsItWas) {
    const ImageStore::Staging made = staging();
    const fs::perms before = fs::status(made.dir / "rootfs.ext4").permissions();
    const Catalog::Prepared late = catalog->prepare({.name = "dev", .staging = made.id});
    const store::ImageRow row = Catalog::complete(late);
    (void)managed("dev");
    EXPECT_THAT(refusal([&] { (void)catalog->finish(late, row); }),
                HasSubstr("conflict: image dev is there already"));
    EXPECT_EQ(fs::status(made.dir / "rootfs.ext4").permissions(), before);
    EXPECT_FALSE(fs::exists(made.dir / "image.json"));
}

TEST_F(CatalogTest, FilesOfAnImageThatCouldBeWrittenToCannotAnyMore) {
    const fs::path taken_up = managed("a");
    const fs::path recorded = managed("b");
    for (const fs::path& folder : {taken_up, recorded}) {
        fs::permissions(folder / "rootfs.ext4", fs::perms::owner_all);
    }
    table->remove("a");
    start();
    (void)catalog->take_up();
    for (const fs::path& folder : {taken_up, recorded}) {
        EXPECT_EQ(fs::status(folder / "rootfs.ext4").permissions(), fs::perms::owner_read);
    }
}

TEST_F(CatalogTest, StagingsGoWithTheirDaemonAndImagesStay) {
    const fs::path folder = managed("dev");
    const ImageStore::Staging left = staging();
    start();
    const Catalog::TakenUp taken = catalog->take_up();
    EXPECT_THAT(taken.images, IsEmpty());
    EXPECT_THAT(taken.problems, IsEmpty());
    EXPECT_FALSE(fs::exists(left.dir));
    EXPECT_EQ(catalog->get("dev").dir, folder);
    EXPECT_THAT(catalog->store().empty_bin(), IsEmpty());
    EXPECT_TRUE(fs::is_empty(store / ".removed"));
}

TEST_F(CatalogTest, ADeletionThatWasCutShortIsFinished) {
    const fs::path folder = managed("dev");
    catalog->store().put_away(folder.filename()); // and here the daemon was killed
    start();
    (void)catalog->take_up();
    EXPECT_FALSE(catalog->find("dev"));
}

TEST_F(CatalogTest, ImagesWithoutARecordAreTakenUpFromTheirFolders) {
    const ImageStore::Staging made = staging();
    (void)adopt({.name = "dev", .staging = made.id, .made_from = "debian", .note = "kept"});
    const Image before = catalog->get("dev");
    table->remove("dev");
    start();
    const Catalog::TakenUp taken = catalog->take_up();
    EXPECT_THAT(taken.images, ElementsAre("dev"));
    EXPECT_THAT(taken.problems, IsEmpty());
    EXPECT_EQ(to_json(catalog->get("dev")), to_json(before));
}

TEST_F(CatalogTest, OfTwoFoldersWithOneNameTheNewerIsTheImage) {
    const fs::path older = managed("dev");
    table->remove("dev");
    ::usleep(2000); // of the time that image.json has, in milliseconds
    const fs::path newer = managed("dev");
    table->remove("dev");
    const Catalog::TakenUp taken = catalog->take_up();
    EXPECT_THAT(taken.images, ElementsAre("dev"));
    EXPECT_EQ(catalog->get("dev").dir, newer);
    EXPECT_THAT(taken.problems,
                ElementsAre(testing::AllOf(HasSubstr(older.string()), HasSubstr("prune"))));
}

TEST_F(CatalogTest, AFolderThatIsNotWhatItsImageJsonSaysIsNoImage) {
    const auto damaged = [&](const std::function<void(const fs::path&)>& damage) {
        const fs::path folder = managed("dev");
        table->remove("dev");
        damage(folder);
        const Catalog::TakenUp taken = catalog->take_up();
        EXPECT_THAT(taken.images, IsEmpty());
        EXPECT_EQ(taken.problems.size(), 1U);
        os::remove_tree(folder);
        return taken.problems.empty() ? "" : taken.problems[0];
    };
    EXPECT_THAT(damaged([](const fs::path& at) { fs::remove(at / "image.json"); }),
                HasSubstr("image.json"));
    EXPECT_THAT(damaged([](const fs::path& at) { os::write_file_atomic(at / "image.json", "{"); }),
                HasSubstr("is damaged"));
    EXPECT_THAT(damaged([](const fs::path& at) {
                    os::write_file_atomic(at / "image.json", R"({"version":9})");
                }),
                HasSubstr("another banger's version"));
    EXPECT_THAT(damaged([](const fs::path& at) { fs::remove(at / "rootfs.ext4"); }),
                HasSubstr("rootfs.ext4 is missing"));
    EXPECT_THAT(damaged([](const fs::path& at) {
                    fs::permissions(at / "rootfs.ext4", fs::perms::owner_all);
                    fs::resize_file(at / "rootfs.ext4", 2U << 20U);
                }),
                HasSubstr("rootfs.ext4 has another size"));
    EXPECT_THAT(damaged([](const fs::path& at) {
                    json document = json::parse(os::read_file(at / "image.json"));
                    document["files"].push_back({{"name", "../../etc/passwd"}, {"size", 1}});
                    os::write_file_atomic(at / "image.json", document.dump());
                }),
                HasSubstr("an image has no file '../../etc/passwd'"));
    EXPECT_THAT(damaged([](const fs::path& at) {
                    json document = json::parse(os::read_file(at / "image.json"));
                    document["name"] = "../x";
                    os::write_file_atomic(at / "image.json", document.dump());
                }),
                HasSubstr("invalid image name"));
}

TEST_F(CatalogTest, WhatIsListedOfAnImageWhoseFilesAreGoneSaysSo) {
    const fs::path folder = managed("dev");
    os::remove_tree(folder);
    const json document = to_json(catalog->get("dev"));
    EXPECT_EQ(document["ok"], false);
    EXPECT_THAT(document["problem"].get<std::string>(), HasSubstr("rootfs.ext4 is missing"));
    EXPECT_THAT(catalog->find_problem("dev"), HasSubstr("banger image delete dev"));
    catalog->remove("dev", {}, "debian");
    EXPECT_FALSE(catalog->find("dev"));
}

TEST(Ext4, UsedBytesAreThoseOfTheFileSystem) {
    const os::TemporaryDir dir;
    const fs::path disk = dir.path() / "disk";
    for (const char* features : {"^64bit", "64bit"}) {
        ASSERT_TRUE(os::run({"mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-O", features,
                             disk.string(), "64M"})
                        .status.ok());
        const auto used = ext4_used_bytes(disk);
        ASSERT_TRUE(used);
        EXPECT_LT(*used, 64U << 20U);
        EXPECT_EQ(*used % 4096, 0U);
        const auto stats = os::run({"dumpe2fs", "-h", disk.string()});
        const std::string key = "Free blocks:";
        const std::size_t at = stats.out.find(key);
        ASSERT_NE(at, std::string::npos);
        const std::uint64_t free = std::stoull(stats.out.substr(at + key.size()));
        EXPECT_EQ(*used, (16384 - free) * 4096);
    }
    os::write_file_atomic(disk, std::string(4096, 'x'));
    EXPECT_FALSE(is_ext4(disk));
    EXPECT_EQ(ext4_used_bytes(disk), std::nullopt);
    EXPECT_EQ(ext4_used_bytes(dir.path() / "none"), std::nullopt);
}

TEST(Ext4, ASuperblockThatCannotBeIsNoNumber) {
    const os::TemporaryDir dir;
    std::string disk(2048, '\xff');
    disk[1024 + 56] = '\x53';
    disk[1024 + 57] = '\xef';
    os::write_file_atomic(dir.path() / "disk", disk);
    EXPECT_TRUE(is_ext4(dir.path() / "disk"));
    EXPECT_EQ(ext4_used_bytes(dir.path() / "disk"), std::nullopt);
}

} // namespace
} // namespace banger::image
