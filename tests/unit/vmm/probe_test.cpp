#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/temporary_dir.hpp"
#include "vmm/kvm_probe.hpp"
#include "vmm/qemu/host.hpp"
#include "vmm/qemu/host_cache.hpp"
#include "vmm/tsc.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <string>
#include <thread>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::vmm {
namespace {

/// A QEMU of a few lines of shell, for what the probe asks.
void write_fake(const std::filesystem::path& path, const std::string& machines) {
    os::write_file_atomic(path,
                          "#!/bin/sh\n"
                          "echo run >> \"$0.count\"\n"
                          "case $1 in\n"
                          "--version) echo 'QEMU emulator version 9.1.2 (Debian 1:9.1)';;\n"
                          "-M) echo '" +
                              machines +
                              "';;\n"
                              "--help) echo '-sandbox on[,obsolete=allow|deny]';;\n"
                              "esac\n",
                          0700);
}

TEST(KvmProbe, AnswersWithinItsDeadlineAndSaysWhy) {
    const auto start = std::chrono::steady_clock::now();
    const KvmResult result = probe_kvm(std::chrono::milliseconds(300));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
    EXPECT_NE(result.usable, !result.reason.empty());
    EXPECT_EQ(result.passing, result.reason.find("slower than") != std::string::npos);
    std::cout << "KVM here: " << (result.usable ? "usable" : result.reason) << ", "
              << result.million_per_second << " million instructions a second\n";
}

TEST(Tsc, IsSteady) {
    const std::uint64_t first = measure_tsc_khz();
    if (first == 0) {
        GTEST_SKIP() << "no time stamp counter on this architecture";
    }
    const std::uint64_t second = measure_tsc_khz();
    EXPECT_GT(first, 100'000U);
    EXPECT_LT(first, 20'000'000U);
    // Within 100 parts per million even on a busy machine; 1 on a quiet one.
    EXPECT_LT(std::abs(static_cast<double>(first) - static_cast<double>(second)),
              static_cast<double>(first) * 1e-4);
}

TEST(QemuProbe, AMissingBinaryIsAReasonNotAThrow) {
    const qemu::Host host = qemu::probe({"no-such-qemu", "auto", {}});
    EXPECT_FALSE(host.probe.usable);
    EXPECT_NE(host.probe.reason.find("no-such-qemu is not installed"), std::string::npos);
    EXPECT_EQ(host.probe.setting, "qemu.binary");
}

TEST(QemuProbe, APathThatIsNoProgramSaysWhich) {
    const os::TemporaryDir dir;
    const std::string nowhere = dir.path() / "nowhere";
    EXPECT_EQ(qemu::probe({nowhere, "auto", {}}).probe.reason, nowhere + " does not exist");
    const std::string folder = dir.path();
    EXPECT_EQ(qemu::probe({folder, "auto", {}}).probe.reason, folder + " is no executable file");
}

TEST(QemuProbe, ReadsVersionMachineAndSandbox) {
    const os::TemporaryDir dir;
    const auto binary = dir.path() / "qemu";
    write_fake(binary, "microvm              microvm (i386)");
    const qemu::Host host = qemu::probe({binary, "tcg", {}});
    EXPECT_TRUE(host.probe.usable) << host.probe.reason;
    EXPECT_EQ(host.probe.version, "9.1.2");
    EXPECT_EQ(host.probe.accel, "tcg");
    EXPECT_TRUE(host.sandbox);
}

TEST(QemuProbe, ABinaryWithoutTheMachineIsUnusable) {
    const os::TemporaryDir dir;
    write_fake(dir.path() / "qemu", "pc   Standard PC");
    const qemu::Host host = qemu::probe({dir.path() / "qemu", "tcg", {}});
    EXPECT_FALSE(host.probe.usable);
    EXPECT_NE(host.probe.reason.find("has no microvm machine"), std::string::npos);
}

TEST(QemuProbe, AnUnknownAcceleratorIsUnusable) {
    const os::TemporaryDir dir;
    write_fake(dir.path() / "qemu", "microvm  x");
    EXPECT_FALSE(qemu::probe({dir.path() / "qemu", "hvf", {}}).probe.usable);
}

TEST(QemuProbe, IsCachedUntilTheBinaryChanges) {
    const os::TemporaryDir dir;
    const auto binary = dir.path() / "qemu";
    const auto cache = dir.path() / "cache.json";
    const auto runs = [&] {
        const auto text = os::find_file(dir.path() / "qemu.count");
        return text ? std::count(text->begin(), text->end(), '\n') : 0;
    };
    write_fake(binary, "microvm  x");
    const qemu::Host first = qemu::probe({binary, "tcg", cache});
    const auto asked = runs();
    EXPECT_GT(asked, 0);
    const qemu::Host second = qemu::probe({binary, "tcg", cache});
    EXPECT_EQ(runs(), asked);
    EXPECT_EQ(second.probe.version, first.probe.version);
    EXPECT_EQ(second.tsc_khz, first.tsc_khz);
    write_fake(binary, "microvm   another");
    (void)qemu::probe({binary, "tcg", cache});
    EXPECT_GT(runs(), asked);
}

TEST(QemuProbe, ATestGuestDoesNotOutliveWhoTriesIt) {
    const os::TemporaryDir dir;
    const auto binary = dir.path() / "qemu";
    const auto file = dir.path() / "qemu.pid";
    os::write_file_atomic(binary,
                          "#!/bin/sh\n"
                          "case \"$*\" in\n"
                          "--version) echo 'QEMU emulator version 9.1.2';;\n"
                          "-M\\ help) echo 'microvm  x';;\n"
                          "*kvm*) echo $$ >\"$0.new\"; mv \"$0.new\" \"$0.pid\"; exec sleep 30;;\n"
                          "esac\n",
                          0700);
    const pid_t middle = ::fork();
    ASSERT_GE(middle, 0);
    if (middle == 0) {
        (void)qemu::probe({binary, "kvm", {}, [] { return KvmResult{true, {}, 0}; }});
        ::_exit(0);
    }
    for (int i = 0; i < 6000 && !std::filesystem::exists(file); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const auto guest = os::identify(std::stoi(os::find_file(file).value_or("0")));
    ::kill(middle, SIGKILL);
    ::waitpid(middle, nullptr, 0);
    ASSERT_TRUE(guest);
    for (int i = 0; i < 1000 && guest->alive(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_FALSE(guest->alive());
}

TEST(QemuProbe, AKvmThatIsTooSlowJustNowIsNotCached) {
    const os::TemporaryDir dir;
    write_fake(dir.path() / "qemu", "microvm  x");
    KvmResult kvm{false, "/dev/kvm is slower than emulation", 9, true};
    int asked = 0;
    const auto found = [&] {
        return qemu::probe({dir.path() / "qemu", "auto", dir.path() / "cache.json", [&] {
                                ++asked;
                                return kvm;
                            }});
    };
    EXPECT_TRUE(found().passing);
    EXPECT_TRUE(found().probe.usable) << "it emulates";
    EXPECT_EQ(asked, 2);
    kvm.passing = false; // it runs nothing
    EXPECT_FALSE(found().passing);
    EXPECT_FALSE(found().passing);
    EXPECT_EQ(asked, 3);
}

TEST(QemuProbe, ADamagedCacheIsNoHarm) {
    const os::TemporaryDir dir;
    write_fake(dir.path() / "qemu", "microvm  x");
    os::write_file_atomic(dir.path() / "cache.json", "{\"key\":");
    EXPECT_TRUE(qemu::probe({dir.path() / "qemu", "tcg", dir.path() / "cache.json"}).probe.usable);
    qemu::store_host("/nonexistent/folder/cache.json", "key", {});
}

} // namespace
} // namespace banger::vmm
