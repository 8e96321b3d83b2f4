#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/temporary_dir.hpp"
#include "vmm/device_remedy.hpp"
#include "vmm/firecracker/host.hpp"
#include "vmm/firecracker/test_guest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include <elf.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::vmm::firecracker {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class FirecrackerProbe : public testing::Test {
  protected:
    FirecrackerProbe() {
        options_.binary = binary_.string();
        options_.kvm = [this] {
            ++asked_;
            return KvmResult{true, "", 1000};
        };
        options_.guest_time = std::chrono::seconds(20);
    }

    /// The program is the one of tiny_firecracker.cpp behind a script that says how it is to fail.
    void write(const std::string& mode, const std::string& version = "1.15.1") {
        os::write_file_atomic(binary_,
                              "#!/bin/sh\necho $$ >> '" + (dir_.path() / "count").string() +
                                  "'\nTINY_MODE=" + mode + " TINY_VERSION=" + version + " exec '" +
                                  BANGER_TINY_FIRECRACKER + "' \"$@\"\n",
                              0700);
    }
    [[nodiscard]] auto runs() const {
        const auto text = os::find_file(dir_.path() / "count");
        return text ? std::count(text->begin(), text->end(), '\n') : 0;
    }
    [[nodiscard]] Probe found() const { return probe(options_).probe; }

    os::TemporaryDir dir_;
    std::filesystem::path binary_ = dir_.path() / "firecracker";
    ProbeOptions options_;
    int asked_ = 0; ///< how often KVM was tried
};

TEST_F(FirecrackerProbe, AGuestThatRanMakesItUsable) {
    write("good");
    const Host host = probe(options_);
    EXPECT_TRUE(host.probe.usable) << host.probe.reason;
    EXPECT_EQ(host.probe.driver, "firecracker");
    EXPECT_EQ(host.probe.accel, "kvm");
    EXPECT_EQ(host.probe.version, "1.15.1");
    EXPECT_EQ(host.version, (Version{1, 15, 1}));
    EXPECT_EQ(host.probe.reason, "a test guest ran");
    EXPECT_EQ(host.probe.setting, "");
    EXPECT_EQ(host.probe.binary, binary_);
}

TEST_F(FirecrackerProbe, AReleaseWithThePauseBugIsUsed) {
    write("good", "1.16.1");
    const Probe probe = found();
    EXPECT_TRUE(probe.usable) << probe.reason;
    EXPECT_EQ(probe.reason, "a test guest ran") << "the doctor warns of it";
}

TEST_F(FirecrackerProbe, EachWayToFailIsToldInOneLine) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"refuse", "PUT /actions: Start microvm error: Kvm error: no."},
        {"gone", "Error: RunWithApi(FailedToBindSocket)"},
        {"reset", "it ended without a sign of the test guest"},
        {"liar", "another version"}};
    for (const auto& [mode, words] : cases) {
        write(mode);
        const Probe probe = found();
        EXPECT_FALSE(probe.usable) << mode;
        EXPECT_THAT(probe.reason, AllOf(HasSubstr("Firecracker 1.15.1"), HasSubstr(words)));
        EXPECT_EQ(probe.reason.find('\n'), std::string::npos) << probe.reason;
        EXPECT_EQ(probe.accel, "");
        EXPECT_EQ(probe.setting, "vm.vmm");
    }
}

TEST_F(FirecrackerProbe, WhatDoesNotAnswerIsEndedAtTheDeadline) {
    options_.guest_time = std::chrono::milliseconds(400);
    for (const char* mode : {"deaf", "silent"}) {
        write(mode);
        const auto start = std::chrono::steady_clock::now();
        const Probe probe = found();
        EXPECT_FALSE(probe.usable) << mode;
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
    }
}

TEST_F(FirecrackerProbe, ItDoesNotOutliveADaemonThatIsKilled) {
    write("silent");
    const pid_t daemon = ::fork();
    ASSERT_GE(daemon, 0);
    if (daemon == 0) {
        ::setenv("TMPDIR", dir_.path().c_str(), 1); // it leaves a folder
        (void)probe(options_);
        ::_exit(0);
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    const auto wait = [deadline](const auto& done) {
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    };
    wait([this] { return runs() == 2; }); // the first says its version
    const std::string pids = os::read_file(dir_.path() / "count");
    const auto vmm = os::identify(std::stoi(pids.substr(pids.find('\n') + 1)));
    ::kill(daemon, SIGKILL);
    ::waitpid(daemon, nullptr, 0);
    ASSERT_TRUE(vmm);
    wait([&vmm] { return !vmm->alive(); });
    EXPECT_FALSE(vmm->alive());
}

TEST_F(FirecrackerProbe, AVersionThatIsTooOldIsNotTried) {
    write("good", "1.11.9");
    const Probe probe = found();
    EXPECT_FALSE(probe.usable);
    EXPECT_THAT(probe.reason, AllOf(HasSubstr("1.11.9 is too old"), HasSubstr("1.12.0")));
    EXPECT_THAT(probe.remedy, StartsWith("name another one with firecracker.binary"));
    EXPECT_EQ(probe.setting, "firecracker.binary");
    EXPECT_EQ(asked_, 0);
    write("good", "nonsense");
    EXPECT_THAT(found().reason, HasSubstr("gives no version"));
}

TEST_F(FirecrackerProbe, AKvmThatRunsNothingIsToldAndTheBinaryIsNotTried) {
    write("good");
    options_.kvm = [] { return KvmResult{false, "/dev/kvm runs no guest", 0}; };
    const Probe probe = found();
    EXPECT_FALSE(probe.usable);
    EXPECT_EQ(probe.reason, "/dev/kvm runs no guest");
    EXPECT_EQ(probe.remedy, kvm_remedy());
    EXPECT_EQ(runs(), 1); // for its version
}

TEST_F(FirecrackerProbe, WithoutABinaryItSaysHowToAddOne) {
    ASSERT_EQ(::setenv("PATH", dir_.path().c_str(), 1), 0);
    options_.binary = "auto";
    options_.adder = "make one";
    const Probe probe = found();
    EXPECT_FALSE(probe.usable);
    EXPECT_THAT(probe.reason, AllOf(StartsWith("none in the runtime bundle or in PATH"),
                                    EndsWith(kvm_obstacle())));
    EXPECT_THAT(probe.remedy,
                AllOf(StartsWith("make one adds one, firecracker.binary names another"),
                      EndsWith(kvm_remedy())));
    EXPECT_EQ(probe.setting, "vm.vmm");
    EXPECT_EQ(identity(options_), "");
    EXPECT_EQ(asked_, 0);
}

TEST_F(FirecrackerProbe, ANamedBinaryThatIsNoneIsToldByItsName) {
    options_.binary = (dir_.path() / "nowhere").string();
    EXPECT_THAT(found().reason,
                AllOf(StartsWith(options_.binary + " does not exist"), EndsWith(kvm_obstacle())));
    EXPECT_THAT(found().remedy, StartsWith("name another one with firecracker.binary"));
    EXPECT_EQ(found().setting, "firecracker.binary");
    options_.binary = "no-such-firecracker";
    EXPECT_THAT(found().reason, HasSubstr("no-such-firecracker is not installed"));
}

TEST_F(FirecrackerProbe, TheBundlesGoesBeforeTheOneInPath) {
    write("good");
    const auto other = dir_.path() / "other" / "firecracker";
    std::filesystem::create_directory(other.parent_path());
    os::write_file_atomic(other, os::read_file(binary_), 0700);
    const std::string path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
    ASSERT_EQ(::setenv("PATH", (other.parent_path().string() + ":" + path).c_str(), 1), 0);
    options_.binary = "auto";
    options_.bundled = binary_;
    EXPECT_EQ(found().binary, binary_);
    options_.bundled = dir_.path() / "gone";
    EXPECT_EQ(found().binary, other);
}

TEST_F(FirecrackerProbe, IsCachedUntilTheBinaryChanges) {
    options_.cache_file = dir_.path() / "cache.json";
    write("good");
    const Host first = probe(options_);
    ASSERT_TRUE(first.probe.usable) << first.probe.reason;
    const auto before = runs();
    const Host second = probe(options_);
    EXPECT_EQ(runs(), before);
    EXPECT_TRUE(second.probe.usable);
    EXPECT_EQ(second.version, first.version);
    EXPECT_EQ(second.probe.reason, first.probe.reason);
    const std::string was = identity(options_);
    write("good ", "1.14.0");
    EXPECT_NE(identity(options_), was);
    EXPECT_EQ(probe(options_).probe.version, "1.14.0");
    EXPECT_GT(runs(), before);
}

TEST_F(FirecrackerProbe, AKvmThatFailsIsCachedAndAnOldVersionIsNot) {
    options_.cache_file = dir_.path() / "cache.json";
    write("good");
    options_.kvm = [this] {
        ++asked_;
        return KvmResult{false, "/dev/kvm runs no guest", 0};
    };
    const Probe first = found();
    const Probe second = found();
    EXPECT_EQ(asked_, 1);
    EXPECT_FALSE(second.usable);
    EXPECT_EQ(second.reason, first.reason);
    EXPECT_EQ(second.setting, first.setting);
    write("good", "1.0.0");
    (void)found();
    const auto before = runs();
    (void)found();
    EXPECT_GT(runs(), before);
}

TEST_F(FirecrackerProbe, AKvmThatIsTooSlowJustNowIsNotCached) {
    options_.cache_file = dir_.path() / "cache.json";
    write("good");
    const auto fast = options_.kvm;
    options_.kvm = [] { return KvmResult{false, "/dev/kvm is slower than emulation", 9, true}; };
    const Host slow = probe(options_);
    EXPECT_FALSE(slow.probe.usable);
    EXPECT_TRUE(slow.passing);
    options_.kvm = fast;
    EXPECT_TRUE(found().usable);
}

TEST_F(FirecrackerProbe, ARefusalIsCachedAndATimeoutIsNot) {
    options_.cache_file = dir_.path() / "cache.json";
    write("refuse");
    EXPECT_FALSE(probe(options_).passing);
    auto before = runs();
    const Host again = probe(options_);
    EXPECT_FALSE(again.probe.usable);
    EXPECT_FALSE(again.passing);
    EXPECT_EQ(runs(), before);

    options_.guest_time = std::chrono::milliseconds(400);
    for (const char* mode : {"deaf", "silent"}) {
        write(mode);
        EXPECT_TRUE(probe(options_).passing) << mode;
        before = runs();
        EXPECT_FALSE(probe(options_).probe.usable) << mode;
        EXPECT_GT(runs(), before) << mode;
    }
}

TEST_F(FirecrackerProbe, AFolderTooLongForASocketIsNoFaultOfFirecrackers) {
    options_.cache_file = dir_.path() / "cache.json";
    write("good");
    const std::filesystem::path deep = dir_.path() / std::string(120, 'd');
    std::filesystem::create_directory(deep);
    const char* const was = std::getenv("TMPDIR");
    const std::string old = was != nullptr ? was : "";
    ASSERT_EQ(::setenv("TMPDIR", deep.c_str(), 1), 0);
    const Host host = probe(options_);
    ASSERT_EQ(was != nullptr ? ::setenv("TMPDIR", old.c_str(), 1) : ::unsetenv("TMPDIR"), 0);
    EXPECT_FALSE(host.probe.usable);
    EXPECT_TRUE(host.passing) << host.probe.reason;
    EXPECT_TRUE(found().usable);
}

TEST_F(FirecrackerProbe, ADamagedCacheIsNoHarm) {
    options_.cache_file = dir_.path() / "cache.json";
    write("good");
    os::write_file_atomic(options_.cache_file, "{\"key\":");
    EXPECT_TRUE(found().usable);
}

TEST(FirecrackerTestGuest, IsAnElfKernelThatFirecrackerTakes) {
    const std::string image = test_kernel();
    Elf64_Ehdr head{};
    Elf64_Phdr segment{};
    ASSERT_GT(image.size(), sizeof head + sizeof segment);
    std::memcpy(&head, image.data(), sizeof head);
    EXPECT_EQ(std::memcmp(head.e_ident, ELFMAG, SELFMAG), 0);
    EXPECT_EQ(head.e_ident[EI_DATA], ELFDATA2LSB);
    EXPECT_EQ(head.e_machine, EM_X86_64);
    EXPECT_GE(head.e_entry, 0x100000U); // Firecracker refuses an entry below 1 MiB
    EXPECT_EQ(head.e_phentsize, sizeof segment);
    ASSERT_EQ(head.e_phnum, 1);
    std::memcpy(&segment, image.data() + head.e_phoff, sizeof segment);
    EXPECT_EQ(segment.p_type, static_cast<Elf64_Word>(PT_LOAD));
    EXPECT_EQ(segment.p_paddr, head.e_entry);
    EXPECT_EQ(segment.p_offset + segment.p_filesz, image.size());
    EXPECT_EQ(image.substr(segment.p_offset, 6), "\x66\xBA\xF8\x03\xB0K");
}

} // namespace
} // namespace banger::vmm::firecracker
