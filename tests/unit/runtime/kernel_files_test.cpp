#include "builder/module_index.hpp"
#include "builder/vmlinux.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/temporary_dir.hpp"

#include <cstring>
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

template <typename T>
void append(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// The least ELF file that has a .modinfo section.
std::string module_with(const std::string& modinfo) {
    const std::string names("\0.shstrtab\0.modinfo\0", 20);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_shoff = sizeof header + names.size() + modinfo.size();
    header.e_shnum = 3;
    header.e_shstrndx = 1;
    Elf64_Shdr strings{};
    strings.sh_name = 1;
    strings.sh_offset = sizeof header;
    strings.sh_size = names.size();
    Elf64_Shdr info{};
    info.sh_name = 11;
    info.sh_offset = sizeof header + names.size();
    info.sh_size = modinfo.size();
    std::string out;
    append(out, header);
    out += names + modinfo;
    append(out, Elf64_Shdr{});
    append(out, strings);
    append(out, info);
    return out;
}

void put(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    os::write_file_atomic(file, text, 0644);
}

TEST(ModuleInfo, ReadsDependenciesAndAliases) {
    using namespace std::string_literals;
    const ModuleInfo info = read_module_info(
        module_with("license=GPL\0depends=virtio,virtio_ring\0alias=virtio:d00000001v*\0"s));
    EXPECT_THAT(info.depends, testing::ElementsAre("virtio", "virtio_ring"));
    EXPECT_THAT(info.aliases, testing::ElementsAre("virtio:d00000001v*"));
    EXPECT_THROW((void)read_module_info("no module"), os::Error);
    const std::string good = module_with("a=b");
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        EXPECT_THROW((void)read_module_info(std::string_view(good).substr(0, cut)), os::Error)
            << cut;
    }
}

TEST(ModuleIndex, GivesTheLoadOrderAndTakesDashesForUnderscores) {
    using namespace std::string_literals;
    const os::TemporaryDir dir;
    put(dir.path() / "kernel/a/virtio_ring.ko", module_with("depends=\0"s));
    put(dir.path() / "kernel/a/virtio.ko", module_with("depends=virtio_ring\0"s));
    put(dir.path() / "kernel/b/virtio-rng.ko", module_with("depends=virtio,virtio_ring\0"s));
    const ModuleIndex index(dir.path());
    EXPECT_THAT(index.load_order("virtio_rng"),
                testing::ElementsAre("kernel/a/virtio_ring.ko", "kernel/a/virtio.ko",
                                     "kernel/b/virtio-rng.ko"));
    EXPECT_THROW((void)index.load_order("absent"), os::Error);
}

class VmlinuxTest : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(VmlinuxTest, IsUnpackedFromABzImage) {
    const os::TemporaryDir dir;
    const std::string kernel = "\177ELF and what follows";
    put(dir.path() / "plain", kernel);
    std::vector<std::string> command = GetParam();
    command.push_back(dir.path() / "plain");
    const os::Output packed = os::run(command);
    ASSERT_TRUE(packed.status.ok()) << packed.err;
    std::string payload = packed.out;
    if (command[0] != "gzip") { // which ends with the size by itself, so that nothing is put there
        append(payload, static_cast<std::uint32_t>(kernel.size()));
    }
    std::string image(1024, '\0');
    image[0x1f1] = 1;
    std::memcpy(image.data() + 0x202, "HdrS", 4);
    const std::uint32_t length = static_cast<std::uint32_t>(payload.size());
    std::memcpy(image.data() + 0x24c, &length, sizeof length);
    image += payload + "what follows the payload";
    put(dir.path() / "vmlinuz", image);
    extract_vmlinux(dir.path() / "vmlinuz", dir.path() / "vmlinux");
    EXPECT_EQ(os::read_file(dir.path() / "vmlinux"), kernel);
}

INSTANTIATE_TEST_SUITE_P(Compressions, VmlinuxTest,
                         testing::Values(std::vector<std::string>{"gzip", "-c"},
                                         std::vector<std::string>{"xz", "-c", "--check=crc32"},
                                         std::vector<std::string>{"zstd", "-q", "-c"}),
                         [](const auto& given) { return given.param[0]; });

TEST(Vmlinux, WhatIsNoBzImageIsRefused) {
    EXPECT_THROW((void)bzimage_payload("short"), os::Error);
    EXPECT_THROW((void)bzimage_payload(std::string(4096, 'x')), os::Error);
    std::string image(1024, '\0');
    std::memcpy(image.data() + 0x202, "HdrS", 4);
    EXPECT_THROW((void)bzimage_payload(image), os::Error) << "no payload";
    std::memset(image.data() + 0x248, 0xff, 8);
    EXPECT_THROW((void)bzimage_payload(image), os::Error) << "payload outside";
}

} // namespace
} // namespace banger::bundle
