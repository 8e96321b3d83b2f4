#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "vm/host_objects.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;

struct HostObjectsTest : testing::Test {
    os::TemporaryDir dir;
    Settings settings;
    const std::string known = "00112233aabb";
    const std::string gone = "ffeeddccbbaa";

    HostObjectsTest() {
        settings.vms_dir = dir.path() / "vms";
        settings.run_dir = dir.path() / "run";
        fs::create_directories(settings.vms_dir / known);
        fs::create_directories(settings.run_dir / known.substr(0, 8));
    }
    [[nodiscard]] HostObjects objects(bool at_work = true) const {
        return {settings, {{known, "web", "172.30.0.2", at_work}}};
    }
    void touch(const fs::path& file) const { std::ofstream(file) << "x"; }
};

std::set<std::string> strays(const HostObjects& objects) {
    std::set<std::string> names;
    for (const json& object : objects.list_all()) {
        if (object.at("state") == "stray") {
            names.insert(object.at("name"));
        }
    }
    return names;
}

TEST_F(HostObjectsTest, AVmHoldsItsFoldersAndItsAddress) {
    std::map<std::string, std::string> states;
    for (const json& object : objects().list(known)) {
        states[object.at("kind")] = object.at("state");
    }
    EXPECT_EQ(states, (std::map<std::string, std::string>{
                          {"address", "in-use"}, {"folder", "in-use"}, {"run-folder", "in-use"}}));
    EXPECT_TRUE(strays(objects()).empty());
}

TEST_F(HostObjectsTest, ARunFolderOfAStoppedVmIsKept) {
    EXPECT_TRUE(strays(objects(false)).empty());
    EXPECT_THROW(objects(false).release(
                     {{"kind", "run-folder"}, {"name", settings.run_dir / known.substr(0, 8)}}),
                 os::Error);
}

TEST_F(HostObjectsTest, FoldersOfVmsThatAreGoneAreFreed) {
    fs::create_directories(settings.vms_dir / gone);
    touch(settings.vms_dir / gone / "console.log");
    fs::create_directories(settings.run_dir / gone.substr(0, 8));
    EXPECT_EQ(strays(objects()), (std::set<std::string>{settings.vms_dir / gone,
                                                        settings.run_dir / gone.substr(0, 8)}));
    objects().release({{"kind", "folder"}, {"name", settings.vms_dir / gone}});
    objects().release({{"kind", "run-folder"}, {"name", settings.run_dir / gone.substr(0, 8)}});
    EXPECT_FALSE(fs::exists(settings.vms_dir / gone));
    EXPECT_TRUE(fs::exists(settings.vms_dir / known));
    EXPECT_TRUE(strays(objects()).empty());
}

TEST_F(HostObjectsTest, DisksWithoutARecordAreForTheUserToDelete) {
    fs::create_directories(settings.vms_dir / gone);
    touch(settings.vms_dir / gone / "vm.json");
    try {
        objects().release({{"kind", "folder"}, {"name", settings.vms_dir / gone}});
        FAIL() << "it was freed";
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
    }
    EXPECT_TRUE(fs::exists(settings.vms_dir / gone / "vm.json"));
}

TEST_F(HostObjectsTest, WhatBangerDidNotMakeIsNotListed) {
    fs::create_directories(settings.vms_dir / "lost+found");
    fs::create_directories(settings.vms_dir / "my-copy-of-web");
    fs::create_directories(settings.run_dir / "notes");
    touch(settings.vms_dir / gone); // a file by that name
    fs::create_directory_symlink(dir.path(), settings.vms_dir / "aabbccddeeff");
    EXPECT_TRUE(strays(objects()).empty());
    for (const char* name : {"lost+found", "aabbccddeeff"}) {
        EXPECT_THROW(objects().release({{"kind", "folder"}, {"name", settings.vms_dir / name}}),
                     os::Error);
    }
    EXPECT_TRUE(fs::exists(settings.vms_dir / "lost+found"));
}

} // namespace
} // namespace banger::vm
