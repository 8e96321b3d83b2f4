#include "builder/manifest.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class ManifestTest : public testing::Test {
  protected:
    ManifestTest() { fs::create_directories(dir.path() / "recipe"); }

    Manifest parse(const std::string& text) { return parse_manifest(text, dir.path() / "m.toml"); }
    std::string complaint(const std::string& text) {
        try {
            parse(text);
        } catch (const os::Error& error) {
            EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
            return error.what();
        }
        return "accepted";
    }

    os::TemporaryDir dir;
    const std::string rootfs = "\n[rootfs]\nrecipe = \"recipe\"\n";
};

TEST_F(ManifestTest, TheTemplateOfTheTreeIsRead) {
    const Manifest manifest = read_manifest(BANGER_SOURCE_DIR "/runtime/runtime-bundle.toml");
    EXPECT_EQ(manifest.debian.release, "bookworm");
    EXPECT_EQ(manifest.kernel.package, "linux-image-cloud-amd64");
    EXPECT_THAT(manifest.initramfs.modules, testing::Contains("virtio_blk"));
    EXPECT_TRUE(fs::exists(manifest.rootfs.recipe / "packages"));
    EXPECT_TRUE(fs::exists(manifest.work_seed.recipe / ".bashrc"));
    ASSERT_TRUE(manifest.firecracker);
    EXPECT_THAT(manifest.firecracker->source.url, HasSubstr(manifest.firecracker->version));
    EXPECT_FALSE(manifest.archive);
}

TEST_F(ManifestTest, DefaultsAndPathsRelativeToTheFile) {
    const Manifest manifest = parse("version = 1" + rootfs);
    EXPECT_EQ(manifest.rootfs.recipe, dir.path() / "recipe");
    EXPECT_EQ(manifest.rootfs.name, "debian");
    EXPECT_EQ(manifest.work_seed.size_mib, 256U);
    EXPECT_EQ(manifest.initramfs.compression, Compression::none);
    EXPECT_FALSE(manifest.firecracker);
}

TEST_F(ManifestTest, AReadyArchiveNeedsNothingElse) {
    const Manifest manifest = parse("version = 1\n[archive]\npath = \"x.tar.zst\"\n");
    ASSERT_TRUE(manifest.archive);
    EXPECT_EQ(manifest.archive->path, dir.path() / "x.tar.zst");
}

TEST_F(ManifestTest, ComplaintsNameFileLineAndKey) {
    EXPECT_THAT(complaint("version = 1\nversio"), HasSubstr("m.toml:2: "));
    EXPECT_THAT(complaint(rootfs), HasSubstr("version is missing"));
    EXPECT_THAT(complaint("version = 2" + rootfs), HasSubstr("m.toml:1: version must be"));
    EXPECT_THAT(complaint("version = 1"), HasSubstr("rootfs is missing"));
    EXPECT_THAT(complaint("version = 1\n[kernl]\n" + rootfs),
                AllOf(HasSubstr("m.toml:2: kernl is not known"), HasSubstr("kernel")));
    EXPECT_THAT(complaint("version = 1\n[debian]\nreleas = \"x\"" + rootfs),
                HasSubstr("m.toml:3: debian.releas is not known"));
    EXPECT_THAT(complaint("version = 1\n[debian]\nrelease = 12" + rootfs),
                HasSubstr("m.toml:3: debian.release must be a text"));
    EXPECT_THAT(complaint("version = 1\n[debian]\nrelease = \"a b\"" + rootfs),
                HasSubstr("m.toml:3: debian.release"));
    EXPECT_THAT(complaint("version = 1\n[kernel]\npackage = \"--x\"" + rootfs),
                HasSubstr("kernel.package"));
    EXPECT_THAT(complaint("version = 1\n[initramfs]\ncompression = \"rar\"" + rootfs),
                HasSubstr("initramfs.compression"));
    EXPECT_THAT(complaint("version = 1\n[initramfs]\nmodules = [1]" + rootfs),
                HasSubstr("initramfs.modules must be a list"));
    EXPECT_THAT(complaint("version = 1\n[work_seed]\nsize_mib = -1" + rootfs),
                HasSubstr("work_seed.size_mib must be a whole number"));
    EXPECT_THAT(complaint("version = 1\n[rootfs]\nrecipe = \"absent\"\n"),
                HasSubstr("is not a folder"));
    EXPECT_THAT(complaint("version = 1\nkernel = 3" + rootfs), HasSubstr("kernel must be a table"));
    EXPECT_THAT(complaint("version = 1\n[firecracker]\nurl = \"https://x/y\"" + rootfs),
                HasSubstr("firecracker.sha256 is needed"));
    EXPECT_THAT(
        complaint("version = 1\n[firecracker]\nurl = \"file:///x\"\nsha256 = \"a\"" + rootfs),
        HasSubstr("http"));
    EXPECT_THAT(
        complaint("version = 1\n[firecracker]\nurl = \"https://x\"\nsha256 = \"abc\"" + rootfs),
        HasSubstr("64 lower-case hex"));
    EXPECT_THAT(complaint("version = 1\n[archive]\n"), HasSubstr("needs either url or path"));
    EXPECT_THAT(complaint("version = 1\n[agent]\n" + rootfs), HasSubstr("agent.path is missing"));
}

} // namespace
} // namespace banger::bundle
