#include "vmm/qemu/host.hpp"

#include "os/child.hpp"
#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/pipe.hpp"
#include "os/run.hpp"
#include "os/word_after.hpp"
#include "vmm/device_remedy.hpp"
#include "vmm/probe_cache.hpp"
#include "vmm/program.hpp"
#include "vmm/qemu/host_cache.hpp"
#include "vmm/tsc.hpp"

#include <chrono>
#include <csignal>

#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

namespace banger::vmm::qemu {
using os::Error;
using os::ErrorKind;
using os::UniqueFd;

namespace {

constexpr std::chrono::seconds answer_deadline{10};
constexpr std::chrono::seconds guest_deadline{5};

os::Output ask(const std::filesystem::path& binary, const std::vector<std::string>& args) {
    std::vector<std::string> argv{binary.string()};
    argv.insert(argv.end(), args.begin(), args.end());
    os::RunOptions options;
    options.timeout = answer_deadline;
    options.die_with_parent = true; // else nobody ends one that hangs
    return os::run(argv, options);
}

/// First line of --version: "QEMU emulator version 7.2.22 (Debian ...)".
std::string version_of(const std::filesystem::path& binary) {
    const os::Output output = ask(binary, {"--version"});
    std::string version = os::word_after(output.out, "version ");
    if (output.timed_out || !output.status.ok() || version.empty()) {
        throw Error(ErrorKind::unavailable, binary.string() + " --version gives no version");
    }
    return version;
}

bool has(const std::filesystem::path& binary, const std::vector<std::string>& args,
         std::string_view word) {
    return ask(binary, args).out.find(word) != std::string::npos;
}

/// A 64 KiB firmware whose reset vector puts 'K' out on the serial port and stops.
UniqueFd make_firmware() {
    std::string image(65536, '\xF4');
    const std::string code{"\xBA\xF8\x03\xB0K\xEE\xF4", 7}; // mov dx,0x3f8; mov al,'K'; out dx,al
    image.replace(0xFFF0, code.size(), code);
    UniqueFd fd(::memfd_create("firmware", MFD_CLOEXEC));
    if (!fd) {
        throw os::errno_error("make a test firmware");
    }
    os::write_all(fd.get(), image, "make a test firmware");
    return fd;
}

/// QEMU may still fail where the bare interface works: it sets more of the CPU's registers.
/// Empty when QEMU ran the firmware under KVM, else why not.
std::string try_kvm(const std::filesystem::path& binary) {
    const UniqueFd firmware = make_firmware();
    os::Pipe out = os::make_pipe();
    os::Pipe err = os::make_pipe();
    os::SpawnOptions options;
    options.stdout_fd = out.write.get();
    options.stderr_fd = err.write.get();
    options.inherit = {firmware.get()};
    // It is the thread that counts there: ours stays here for as long as the guest runs.
    options.die_with_parent = true;
    os::Child child =
        os::Child::spawn({binary.string(), "-M", "microvm", "-accel", "kvm", "-cpu", "host", "-m",
                          "16", "-nodefaults", "-no-user-config", "-display", "none", "-bios",
                          "/dev/fd/" + std::to_string(firmware.get()), "-chardev",
                          "stdio,id=s,signal=off", "-serial", "chardev:s"},
                         options);
    out.write.reset();
    err.write.reset();
    const bool ready =
        os::wait_ready(out.read.get(), POLLIN, std::chrono::steady_clock::now() + guest_deadline);
    char byte = 0;
    if (ready && ::read(out.read.get(), &byte, 1) == 1 && byte == 'K') {
        return {};
    }
    if (!ready) {
        return "QEMU with KVM ran no guest within " + std::to_string(guest_deadline.count()) + " s";
    }
    child.kill(SIGKILL);
    (void)child.wait(); // so that the read below meets an end
    std::string words(400, '\0');
    const ssize_t n = ::read(err.read.get(), words.data(), words.size());
    words.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return "QEMU with KVM failed: " + words.substr(0, words.find('\n'));
}

/// Sets accel and reason.
void choose_accel(Host& host, const ProbeOptions& options) {
    const std::string& wanted = options.accel;
    Probe& probe = host.probe;
    if (wanted == "tcg") {
        probe.accel = "tcg";
        probe.reason = "TCG is asked for";
        return;
    }
    const KvmResult kvm = options.kvm();
    const std::string failure = kvm.usable ? try_kvm(probe.binary) : kvm.reason;
    if (failure.empty()) {
        probe.accel = "kvm";
        probe.reason = "a test guest ran under KVM";
    } else if (wanted == "kvm") {
        probe.setting = "qemu.accel";
        probe.remedy = kvm_remedy();
        throw Error(ErrorKind::unavailable, "KVM is asked for, but: " + failure);
    } else {
        probe.accel = "tcg";
        probe.reason = failure;
        host.passing = kvm.passing;
    }
}

void examine(Host& host, const ProbeOptions& options) {
    host.probe.version = version_of(host.probe.binary);
    if (!has(host.probe.binary, {"-M", "help"}, "microvm ")) {
        throw Error(ErrorKind::unavailable, host.probe.binary.string() + " has no microvm machine");
    }
    host.sandbox = has(host.probe.binary, {"--help"}, "-sandbox on");
    host.vhost_vsock =
        has(host.probe.binary, {"-M", "microvm", "-device", "help"}, "\"vhost-vsock-device\"");
    choose_accel(host, options);
    host.tsc_khz = measure_tsc_khz();
    host.probe.usable = true;
    host.probe.setting.clear();
}

} // namespace

Host probe(const ProbeOptions& options) {
    Host host;
    host.probe.driver = qemu_name;
    host.probe.setting = "qemu.binary";
    const std::string name = options.binary.empty() ? "qemu-system-x86_64" : options.binary;
    const auto binary = os::find_program(name);
    if (!binary) {
        host.probe.reason = not_found(name, "Debian package qemu-system-x86");
        host.probe.remedy = "sudo apt-get install qemu-system-x86";
        return host;
    }
    host.probe.binary = *binary;
    try {
        if (options.accel != "auto" && options.accel != "kvm" && options.accel != "tcg") {
            throw Error(ErrorKind::invalid, "unknown accelerator \"" + options.accel + "\"",
                        "use auto, kvm or tcg");
        }
        const std::string key = probe_key(*binary, options.accel);
        if (!options.cache_file.empty()) {
            if (const auto cached = load_host(options.cache_file, key)) {
                return *cached;
            }
        }
        examine(host, options);
        if (!options.cache_file.empty() && !host.passing) {
            store_host(options.cache_file, key, host);
        }
    } catch (const Error& error) {
        host.probe.usable = false;
        host.probe.accel.clear();
        host.probe.reason = error.what();
    }
    return host;
}

} // namespace banger::vmm::qemu
