#include "builder/firecracker.hpp"

#include "builder/component.hpp"
#include "builder/interrupt.hpp"
#include "builder/manifest.hpp"
#include "builder/parts.hpp"
#include "builder/tool.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <cstring>
#include <elf.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string elf_of(unsigned machine, unsigned type = ET_EXEC) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_machine = static_cast<Elf64_Half>(machine);
    header.e_type = static_cast<Elf64_Half>(type);
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) +
           std::string(64, '\0');
}

class FirecrackerTest : public testing::Test {
  protected:
    FirecrackerTest() {
        manifest.firecracker.emplace();
        site = {.manifest = &manifest,
                .interrupt = &interrupt,
                .bundle = dir.path() / "bundle",
                .cache = dir.path() / "cache",
                .init = {},
                .agent = {}};
        fs::create_directories(tree);
    }

    fs::path file(const std::string& name, const std::string& content) {
        os::write_file_atomic(dir.path() / name, content, 0644);
        return dir.path() / name;
    }

    /// A release archive of what lies in `tree`.
    fs::path pack(const std::string& name) {
        run_tool({"tar", "--create", "--auto-compress", "--file=" + (dir.path() / name).string(),
                  "-C", tree.parent_path().string(), tree.filename().string()},
                 interrupt);
        return dir.path() / name;
    }

    Record build(const fs::path& source) {
        manifest.firecracker->source.path = source;
        return Workshop(site.bundle, interrupt).ensure(firecracker_part(site));
    }

    std::string refusal(const fs::path& source) {
        try {
            build(source);
        } catch (const os::Error& error) {
            EXPECT_THAT(error.what(), HasSubstr(source.string()));
            EXPECT_FALSE(error.hint().empty());
            EXPECT_FALSE(fs::exists(site.bundle / "firecracker"));
            return error.what();
        }
        return "taken";
    }

    std::string version() {
        return firecracker_version(site.bundle / "firecracker", "firecracker", interrupt);
    }

    Interrupt interrupt;
    os::TemporaryDir dir;
    Manifest manifest;
    Site site;
    const fs::path program{BANGER_FIRECRACKER_PROGRAM};
    const fs::path tree = dir.path() / "release-v1.15.1-x86_64";
};

TEST_F(FirecrackerTest, ABareProgramIsTakenAndTellsItsVersion) {
    const Record record = build(program);
    EXPECT_TRUE(record.built_now);
    EXPECT_EQ(version(), "1.15.1");
    EXPECT_FALSE(fs::exists(site.bundle / "jailer"));
    EXPECT_FALSE(build(program).built_now);
}

TEST_F(FirecrackerTest, AReleaseGivesItsProgramAndItsJailer) {
    fs::copy_file(program, tree / "firecracker-v1.15.1-x86_64");
    fs::copy_file(program, tree / "jailer-v1.15.1-x86_64");
    os::write_file_atomic(tree / "firecracker-v1.15.1-x86_64.debug", elf_of(EM_X86_64), 0755);
    os::write_file_atomic(tree / "NOTICE", "text", 0644);
    for (const char* name : {"firecracker.tgz", "firecracker.tar", "firecracker.tar.zst"}) {
        build(pack(name));
        EXPECT_EQ(version(), "1.15.1") << name;
        EXPECT_TRUE(fs::exists(site.bundle / "jailer")) << name;
        EXPECT_FALSE(fs::exists(site.bundle / "NOTICE")) << name;
    }
    build(program);
    EXPECT_FALSE(fs::exists(site.bundle / "jailer")) << "one of another release stays";
}

TEST_F(FirecrackerTest, AnArchiveOfOnesOwnMayCallItFirecracker) {
    fs::copy_file(program, tree / "firecracker");
    build(pack("mine.tgz"));
    EXPECT_EQ(version(), "1.15.1");
}

TEST_F(FirecrackerTest, WhatIsNoProgramIsSaid) {
    EXPECT_THAT(refusal(dir.path() / "absent"), HasSubstr("does not exist"));
    EXPECT_THAT(refusal(tree), HasSubstr("is not a file"));
    EXPECT_THAT(refusal(file("page", "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n")),
                HasSubstr("it is a web page"));
    EXPECT_THAT(refusal(file("nothing", "")), HasSubstr("it is empty"));
    EXPECT_THAT(refusal(file("script", "#!/bin/sh\nexec firecracker\n")),
                HasSubstr("it begins with '#!/bin/sh.exec fire"));
    EXPECT_THAT(refusal(file("cut", std::string("\177ELF", 4))), HasSubstr("neither"));
    EXPECT_THAT(refusal(file("part", elf_of(EM_X86_64, ET_REL))), HasSubstr("part of a program"));
}

TEST_F(FirecrackerTest, AnArchiveThatWasCutOffIsToldByItsOwnName) {
    fs::copy_file(program, tree / "firecracker-v1.15.1-x86_64");
    for (const char* name : {"cut.tgz", "cut.tar"}) {
        const fs::path archive = pack(name);
        fs::resize_file(archive, fs::file_size(archive) / 2);
        EXPECT_THAT(refusal(archive), AllOf(HasSubstr("is damaged, or was cut off on its way: "),
                                            testing::Not(HasSubstr("firecracker-local"))));
    }
}

TEST_F(FirecrackerTest, AnotherArchitectureIsNamed) {
    EXPECT_THAT(refusal(file("arm", elf_of(EM_AARCH64))),
                AllOf(HasSubstr("for aarch64"), HasSubstr("x86_64")));
    os::write_file_atomic(tree / "firecracker-v1.15.1-aarch64", elf_of(EM_AARCH64), 0755);
    EXPECT_THAT(refusal(pack("arm.tgz")), AllOf(HasSubstr("no firecracker program for x86_64"),
                                                HasSubstr("only firecracker-v1.15.1-aarch64")));
    os::write_file_atomic(tree / "firecracker-v1.15.1-x86_64", elf_of(EM_AARCH64), 0755);
    EXPECT_THAT(refusal(pack("misnamed.tgz")), HasSubstr("for aarch64"));
}

TEST_F(FirecrackerTest, AnotherProgramIsRefusedByWhatItSays) {
    EXPECT_THAT(refusal("/bin/false"), HasSubstr("is not Firecracker"));
    os::write_file_atomic(tree / "SHA256SUMS", "text", 0644);
    EXPECT_THAT(refusal(pack("other.tgz")), HasSubstr("holds no firecracker program"));
}

TEST_F(FirecrackerTest, TheVersionThatTheManifestNamesMustBeTheProgramsOwn) {
    manifest.firecracker->version = "1.16.1";
    EXPECT_THAT(refusal(program),
                AllOf(HasSubstr("is Firecracker 1.15.1"), HasSubstr("says 1.16.1")));
    manifest.firecracker->version = "1.15.1";
    EXPECT_TRUE(build(program).built_now);
}

} // namespace
} // namespace banger::bundle
