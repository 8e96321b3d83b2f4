#include "cli/plugin_project.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::cli {
namespace {

using os::Error;
using os::ErrorKind;

struct PluginProject : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path templates = dir.path() / "templates";
    std::filesystem::path installed = dir.path() / "plugins";

    void SetUp() override {
        std::filesystem::create_directories(templates / "c");
        os::write_file_atomic(templates / "c" / "plugin.c", "id @NAME@, file @NAME@.so\n");
        os::write_file_atomic(templates / "c" / "Makefile", "all: @NAME@.so\n");
    }
    ErrorKind refusal(const std::string& name, const std::string& language,
                      const std::filesystem::path& folder) {
        try {
            (void)write_plugin_project(name, language, folder, templates, installed);
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.hint()), "");
            return error.kind();
        }
        ADD_FAILURE() << "not refused: " << name;
        return ErrorKind::internal;
    }
};

TEST_F(PluginProject, FillsInTheName) {
    const auto folder = dir.path() / "made";
    EXPECT_THAT(write_plugin_project("web-2", "c", folder, templates, installed),
                testing::ElementsAre("Makefile", "web-2.c"));
    EXPECT_EQ(os::read_file(folder / "web-2.c"), "id web-2, file web-2.so\n");
    EXPECT_EQ(os::read_file(folder / "Makefile"), "all: web-2.so\n");
}

TEST_F(PluginProject, RefusesAndWritesNothing) {
    const auto folder = dir.path() / "made";
    for (const char* name : {"", "Web", "2web", "web_2", "../web", "w w"}) {
        EXPECT_EQ(refusal(name, "c", folder), ErrorKind::invalid) << name;
    }
    EXPECT_EQ(refusal(std::string(33, 'a'), "c", folder), ErrorKind::invalid);
    EXPECT_EQ(refusal("web", "cpp", folder), ErrorKind::not_found); // no such template
    EXPECT_EQ(refusal("web", "c", folder / "absent" / "made"), ErrorKind::not_found);
    EXPECT_FALSE(std::filesystem::exists(folder));
    EXPECT_EQ(refusal("web", "c", templates), ErrorKind::conflict);
}

TEST_F(PluginProject, TakesNoIdOfAnInstalledPlugin) {
    std::filesystem::create_directories(installed);
    os::write_file_atomic(installed / "nat.so", "");
    const auto folder = dir.path() / "made";
    EXPECT_EQ(refusal("nat", "c", folder), ErrorKind::conflict);
    EXPECT_FALSE(std::filesystem::exists(folder));
    EXPECT_FALSE(write_plugin_project("nat-2", "c", folder, templates, installed).empty());
}

} // namespace
} // namespace banger::cli
