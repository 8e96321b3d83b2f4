#include "vmm/kvm_probe.hpp"

#include "os/error.hpp"
#include "os/pipe.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <system_error>

#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::vmm {

namespace {

/// How far the child came; each is reported by one Report through the pipe.
enum class Step : std::uint8_t {
    open,
    create_vm,
    memory,
    create_vcpu,
    registers,
    run,
    first,
    last
};

struct Report {
    Step step;
    int error; ///< errno of the failed step; 0: the step was reached
    std::int64_t ns;
};

constexpr std::uint64_t memory_size = 0x4000;
constexpr std::uint64_t entry = 0x1000;
constexpr std::uint32_t loops = 2'000'000;   ///< of two instructions each
constexpr std::uint64_t slowest_usable = 50; ///< million instructions a second; TCG does better

/// mov al,'b'; out 0x10,al; mov ecx,loops; again: dec ecx; jnz again; out 0x11,al; hlt
constexpr std::array<std::uint8_t, 17> program{0xB0,
                                               'b',
                                               0xE6,
                                               0x10,
                                               0x66,
                                               0xB9,
                                               loops & 0xFFU,
                                               (loops >> 8U) & 0xFFU,
                                               (loops >> 16U) & 0xFFU,
                                               loops >> 24U,
                                               0x66,
                                               0x49,
                                               0x75,
                                               0xFC,
                                               0xE6,
                                               0x11,
                                               0xF4};

std::int64_t now_ns() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// Runs in the forked child of a process with threads: system calls only.
class Guest {
  public:
    explicit Guest(int pipe) noexcept : pipe_(pipe) {}

    void run() noexcept {
        const int kvm = need(::open("/dev/kvm", O_RDWR | O_CLOEXEC), Step::open);
        const int vm = need(::ioctl(kvm, KVM_CREATE_VM, 0), Step::create_vm);
        void* memory =
            ::mmap(nullptr, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        need(memory == MAP_FAILED ? -1 : 0, Step::memory);
        std::memcpy(static_cast<char*>(memory) + entry, program.data(), program.size());
        kvm_userspace_memory_region region{};
        region.memory_size = memory_size;
        region.userspace_addr = reinterpret_cast<std::uintptr_t>(memory);
        need(::ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), Step::memory);
        const int cpu = need(::ioctl(vm, KVM_CREATE_VCPU, 0), Step::create_vcpu);
        const int size = need(::ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), Step::create_vcpu);
        void* state = ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE,
                             MAP_SHARED, cpu, 0);
        need(state == MAP_FAILED ? -1 : 0, Step::create_vcpu);
        kvm_sregs segments{};
        need(::ioctl(cpu, KVM_GET_SREGS, &segments), Step::registers);
        segments.cs.base = 0;
        segments.cs.selector = 0;
        need(::ioctl(cpu, KVM_SET_SREGS, &segments), Step::registers);
        kvm_regs registers{};
        registers.rip = entry;
        registers.rflags = 2; // bit 1 is always set
        need(::ioctl(cpu, KVM_SET_REGS, &registers), Step::registers);
        loop(cpu, *static_cast<const kvm_run*>(state));
    }

  private:
    int need(int result, Step step) noexcept {
        if (result < 0) {
            report(step, errno);
            ::_exit(1);
        }
        return result;
    }

    void report(Step step, int error) noexcept {
        const Report text{step, error, now_ns()};
        [[maybe_unused]] const ssize_t n = ::write(pipe_, &text, sizeof text);
    }

    void loop(int cpu, const kvm_run& state) noexcept {
        for (;;) {
            need(::ioctl(cpu, KVM_RUN, 0), Step::run);
            if (state.exit_reason != KVM_EXIT_IO) {
                // Anything but an output (the final hlt comes after the last one) is a failure.
                report(Step::run, ENOEXEC);
                return;
            }
            report(state.io.port == 0x10 ? Step::first : Step::last, 0);
            if (state.io.port == 0x11) {
                return;
            }
        }
    }

    int pipe_;
};

const char* describe(Step step) {
    switch (step) {
    case Step::open:
        return "open /dev/kvm";
    case Step::create_vm:
        return "create a VM";
    case Step::memory:
        return "give it memory";
    case Step::create_vcpu:
        return "create a vCPU";
    case Step::registers:
        return "set its registers";
    case Step::run:
    case Step::first:
    case Step::last:
        return "run a test guest";
    }
    return "";
}

std::string failure(const Report& report) {
    if (report.step == Step::open && (report.error == EACCES || report.error == EPERM)) {
        return "/dev/kvm may not be used by this user";
    }
    return std::string(describe(report.step)) + ": " +
           std::generic_category().message(report.error);
}

KvmResult judge(const std::array<std::int64_t, 2>& seen, bool ended, std::int64_t deadline_ms) {
    KvmResult result;
    const std::string limit = " within " + std::to_string(deadline_ms) + " ms";
    if (seen[0] == 0) {
        result.reason = "/dev/kvm runs no guest: the test guest put out nothing" + limit;
        return result;
    }
    const std::int64_t until = seen[1] != 0 ? seen[1] : now_ns();
    const auto took = static_cast<std::uint64_t>(std::max<std::int64_t>(until - seen[0], 1));
    result.million_per_second = 2ULL * loops * 1000ULL / took;
    if (seen[1] == 0 && ended) {
        result.reason = "/dev/kvm: the test guest stopped half-way";
    } else if (seen[1] == 0 || result.million_per_second < slowest_usable) {
        result.reason =
            "/dev/kvm is slower than emulation here (" + std::string(seen[1] == 0 ? "below " : "") +
            std::to_string(result.million_per_second) + " million instructions a second)";
        result.passing = true;
    } else {
        result.usable = true;
    }
    return result;
}

} // namespace

KvmResult probe_kvm(std::chrono::milliseconds deadline) {
    if (::access("/dev/kvm", F_OK) != 0) {
        return {.reason = "there is no /dev/kvm"};
    }
    os::Pipe reports = os::make_pipe();
    const pid_t child = ::fork();
    if (child < 0) {
        throw os::errno_error("probe /dev/kvm");
    }
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        Guest(reports.write.get()).run();
        ::_exit(0);
    }
    reports.write.reset();
    std::array<std::int64_t, 2> seen{};
    std::string broken;
    bool ended = false;
    const std::int64_t end = now_ns() + deadline.count() * 1'000'000;
    while (!ended && broken.empty() && seen[1] == 0) {
        const std::int64_t left = (end - now_ns()) / 1'000'000;
        pollfd entry_fd{reports.read.get(), POLLIN, 0};
        if (left <= 0 || ::poll(&entry_fd, 1, static_cast<int>(left)) == 0) {
            break;
        }
        Report report{};
        const ssize_t n = ::read(reports.read.get(), &report, sizeof report);
        ended = n == 0;
        if (n == sizeof report && report.error != 0) {
            broken = failure(report);
        } else if (n == sizeof report) {
            seen.at(report.step == Step::first ? 0 : 1) = report.ns;
        }
    }
    ::kill(child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return broken.empty() ? judge(seen, ended, deadline.count()) : KvmResult{.reason = broken};
}

} // namespace banger::vmm
