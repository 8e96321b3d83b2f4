#include "boot_set.hpp"
#include "build_world.hpp"
#include "golden.hpp"
#include "initrd_file.hpp"
#include "kernel_file.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
namespace fake = banger::fake;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

/// Files that VMs boot from, in `folder_`.
class Boots : public test::BuildWorld {
  protected:
    std::string file(const std::string& name, const std::string& content) const {
        std::ofstream(folder_ / name, std::ios::binary) << content;
        return (folder_ / name).string();
    }
    /// As the boot protocol has it: the version is where the header says.
    static std::string packed(const std::string& version) {
        std::string bytes(0x400, '\0');
        bytes.replace(0, 2, "MZ");
        bytes.replace(0x202, 4, "HdrS");
        bytes.replace(0x20e, 2, std::string("\x00\x01", 2)); // 0x100 + 0x200
        bytes.replace(0x300, version.size() + 8, version + " (a@b) #1");
        return bytes;
    }
    static std::string elf(const std::string& version) {
        return "\x7f"
               "ELF" +
               std::string((1U << 20U) - 8, 'x') + "Linux version %s and Linux version " + version +
               " (a@b) (gcc)";
    }
    std::string modules(const std::string& version) const {
        fs::create_directories(folder_ / "modules" / version);
        std::ofstream(folder_ / "modules" / version / "a.ko") << "module";
        return (folder_ / "modules").string();
    }
    void boots(const std::string& vm, const json& more) {
        json answer = {{"image", "debian"}, {"kernel_version", "6.1.0-1"},
                       {"kernel", "/k"},    {"kernel_elf", nullptr},
                       {"initrd", "/i"},    {"modules", nullptr}};
        answer.update(more);
        host_.answers["GET /v1/vms/" + vm + "/boot-files"] = answer.dump();
    }
    std::string refusal(const BuildRequest& request) {
        const fake::Job asked = job(
            [&](banger::Host host, banger::Job&) { require_fitting(request, DaemonApi(host)); });
        return asked.outcome.ok() ? "" : asked.outcome.message + "; " + asked.outcome.hint;
    }
    [[nodiscard]] std::string copied(const std::string& from, const char* to) const {
        return "-- " + from + " " + (folder_ / "staging" / to).string();
    }
    BootSet set_of(const BuildRequest& request) {
        BootSet set;
        (void)job([&](banger::Host host, banger::Job&) {
            set = boot_set_of(DaemonApi(host), "build-web-00000000", request);
        });
        return set;
    }
};

TEST_F(Boots, AKernelSaysItsVersion) {
    EXPECT_EQ(kernel_version_of(file("packed", packed("6.12.9-1+deb"))), "6.12.9-1+deb");
    EXPECT_EQ(kernel_version_of(file("elf", elf("6.1.0-57-cloud"))), "6.1.0-57-cloud");
    EXPECT_EQ(kernel_version_of(file("short", packed("6.12").substr(0, 0x303))), "");
    EXPECT_EQ(kernel_version_of(file("other", "no kernel at all")), "");
    EXPECT_EQ(kernel_version_of(folder_ / "none"), "");
    EXPECT_TRUE(is_elf(folder_ / "elf"));
    EXPECT_FALSE(is_elf(folder_ / "packed"));
    EXPECT_TRUE(is_kernel(folder_ / "elf"));
    EXPECT_TRUE(is_kernel(folder_ / "packed"));
    EXPECT_FALSE(is_kernel(folder_ / "other"));
    EXPECT_FALSE(is_kernel(folder_ / "none"));
}

TEST_F(Boots, AnInitialRamDiskIsAnArchiveOfSomeKind) {
    EXPECT_TRUE(is_initrd(file("plain", "07070100000000")));
    EXPECT_TRUE(is_initrd(file("gzip", "\x1f\x8b\x08")));
    EXPECT_TRUE(is_initrd(file("xz", std::string("\xfd\x37zXZ\0", 6))));
    EXPECT_TRUE(is_initrd(file("zstd", "(\xb5/\xfd\x04")));
    EXPECT_FALSE(is_initrd(file("script", "#!/bin/sh\n")));
    EXPECT_FALSE(is_initrd(file("short", "07")));
    EXPECT_FALSE(is_initrd(folder_ / "none"));
}

TEST_F(Boots, WhatTheBundleHasStaysThere) {
    EXPECT_TRUE(build(request()).outcome.ok());
    EXPECT_FALSE(ran("staging/vmlinuz"));
    EXPECT_FALSE(ran("staging/initramfs.img"));
}

TEST_F(Boots, AnImageOfAnImageKeepsItsKernel) {
    const std::string kernel = file("kernel", elf("6.2"));
    boots("build-web-00000000", {{"kernel", kernel}, {"kernel_version", "6.2"}});
    EXPECT_TRUE(build(request()).outcome.ok());
    EXPECT_TRUE(ran(copied(kernel, "vmlinuz")));
    EXPECT_TRUE(ran(copied(kernel, "vmlinux")));
    EXPECT_TRUE(ran(copied("/i", "initramfs.img"))) << "the bundle's of today, which fits it";
}

TEST_F(Boots, AnInitialRamDiskThatTheBundleHadKeepsTheKernelThatItFits) {
    host_.answers["GET /v1/vms/app"] = vm("app", "stopped");
    boots("app", {{"kernel", "/k"}, {"initrd", "/kept/i"}});
    host_.answers["GET /v1/images"] =
        R"({"images": [{"name": "debian", "kind": "bundle", "default": true, "kernel": "/k",
                        "initrd": "/new", "kernel_version": "9.9"}]})";
    const fake::Job saved = commit(false);
    EXPECT_TRUE(saved.outcome.ok()) << saved.outcome.message;
    EXPECT_TRUE(ran(copied("/k", "vmlinuz")));
    EXPECT_TRUE(ran(copied("/kept/i", "initramfs.img")));
}

TEST_F(Boots, ACommitTakesWhatTheVmBootsAndNotItsImage) {
    host_.answers["GET /v1/vms/app"] = vm("app", "stopped");
    host_.answers["GET /v1/images"] =
        R"({"images": [{"name": "debian", "kind": "bundle", "default": true, "kernel": "/new",
                        "initrd": "/newer", "kernel_version": "6.2"}]})";
    const std::string kernel = file("kernel", packed("6.1.0-1"));
    boots("app", {{"kernel", kernel}, {"initrd", "/own/i"}, {"kernel_elf", "/own/elf"}});
    const fake::Job saved = commit(false);
    EXPECT_TRUE(saved.outcome.ok()) << saved.outcome.message;
    EXPECT_TRUE(ran(copied(kernel, "vmlinuz")));
    EXPECT_TRUE(ran(copied("/own/elf", "vmlinux")));
    EXPECT_TRUE(ran(copied("/own/i", "initramfs.img")));
    EXPECT_FALSE(ran("/new"));
}

TEST_F(Boots, WhatIsGivenTakesThePlaceOfThatAlone) {
    BuildRequest given = request();
    given.initrd = "/mine.img";
    EXPECT_TRUE(build(given).outcome.ok());
    EXPECT_TRUE(ran(copied("/k", "vmlinuz"))) << "the bundle's, which fits the modules";
    EXPECT_TRUE(ran(copied("/mine.img", "initramfs.img")));

    programs_.clear();
    boots("build-web-00000000", {{"modules", modules("6.1.0-1")}, {"kernel_elf", "/elf"}});
    given = request();
    given.kernel = file("same", packed("6.1.0-1"));
    EXPECT_TRUE(build(given).outcome.ok());
    EXPECT_TRUE(ran(copied(given.kernel, "vmlinuz")));
    EXPECT_FALSE(ran("staging/vmlinux")) << "it is of the other kernel";
    EXPECT_TRUE(ran(copied("/i", "initramfs.img")));
    EXPECT_TRUE(ran("staging/modules"));
}

TEST_F(Boots, TheVersionIsThatOfTheKernel) {
    BuildRequest given = request();
    EXPECT_EQ(set_of(given).version, "") << "the bundle's is taken, whichever that is";
    given.initrd = "/mine.img";
    EXPECT_EQ(set_of(given).version, "6.1.0-1");
    given.kernel = file("new", packed("6.12.1"));
    EXPECT_EQ(set_of(given).version, "6.12.1");
    given.kernel = file("odd", "a kernel that says nothing");
    given.modules = modules("6.13");
    EXPECT_EQ(set_of(given).version, "6.13");
}

TEST_F(Boots, AKernelOfAnotherVersionNeedsItsModulesAndInitrd) {
    BuildRequest given = request();
    given.kernel = file("new", packed("6.12.1"));
    EXPECT_THAT(refusal(given),
                AllOf(HasSubstr("--kernel " + given.kernel + " is of version 6.12.1"),
                      HasSubstr("modules of image debian are of version 6.1.0-1"),
                      HasSubstr("--modules")));
    given.modules = modules("6.1.0-1");
    EXPECT_THAT(refusal(given), HasSubstr("has no folder 6.12.1"));
    given.modules = modules("6.12.1");
    EXPECT_THAT(refusal(given), HasSubstr("modules in the initial RAM disk of image debian"));
    given.initrd = "/mine.img";
    EXPECT_EQ(refusal(given), "");

    given.modules.clear();
    given.rootfs = "/mine.ext4";
    EXPECT_EQ(refusal(given), "") << "the file may have its modules";
}

TEST_F(Boots, ModulesAloneAreOfTheKernelOfTheBase) {
    BuildRequest given = request();
    given.modules = modules("6.12.1");
    EXPECT_THAT(refusal(given),
                AllOf(HasSubstr("has no folder 6.1.0-1"), HasSubstr("the kernel of image debian")));
    given.modules = modules("6.1.0-1");
    EXPECT_EQ(refusal(given), "");
    given.kernel = file("odd", "a kernel that says nothing");
    EXPECT_EQ(refusal(given), "") << "nothing is known";
}

TEST_F(Boots, ModulesAreTakenWithoutTheLinksAmongThem) {
    const fs::path given = fs::path(modules("6.1.0-1")) / "6.1.0-1";
    fs::create_symlink("/usr/src/headers", given / "build");
    fs::create_directory_symlink(folder_ / "modules", folder_ / "by-a-link");
    really_ = {"cp -R", "find"};
    BuildRequest with_modules = request();
    with_modules.modules = (folder_ / "by-a-link").string();
    const fake::Job built = build(with_modules);
    EXPECT_TRUE(built.outcome.ok()) << built.outcome.message;
    EXPECT_EQ(test::content_of(folder_ / "staging/modules/6.1.0-1/a.ko"), "module");
    EXPECT_FALSE(fs::is_symlink(folder_ / "staging/modules/6.1.0-1/build"));
    EXPECT_TRUE(fs::is_symlink(given / "build")) << "the user's own";
}

} // namespace
} // namespace imagebuild
