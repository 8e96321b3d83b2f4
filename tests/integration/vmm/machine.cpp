#include "integration/vmm/machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/paths.hpp"
#include "os/unix_socket.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include <fcntl.h>

namespace banger::test {
namespace fs = std::filesystem;

namespace {

/// In the order in which they must be loaded.
constexpr std::array<const char*, 11> modules{
    "virtio_ring", "virtio",         "virtio_mmio",    "virtio_blk", "failover", "net_failover",
    "virtio_net",  "virtio_console", "virtio_balloon", "button",     "evdev"};

fs::path bundle() {
    const char* dir = std::getenv("BANGER_RUNTIME_DIR");
    return dir != nullptr ? fs::path(dir) : os::installation().source / "runtime" / "bundle";
}

/// A newc archive (Documentation/driver-api/early-userspace/buffer-format.rst).
class Cpio {
  public:
    void add(const std::string& name, unsigned mode, const std::string& data) {
        std::array<char, 111> header{};
        std::snprintf(header.data(), header.size(),
                      "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++inode_, mode,
                      0, 0, 1, 0, static_cast<unsigned>(data.size()), 0, 0, 0, 0,
                      static_cast<unsigned>(name.size() + 1), 0);
        text_ += header.data() + name;
        text_.push_back('\0');
        pad();
        text_ += data;
        pad();
    }
    std::string end() {
        add("TRAILER!!!", 0, "");
        return text_;
    }

  private:
    void pad() { text_.append((4 - text_.size() % 4) % 4, '\0'); }
    unsigned inode_ = 0;
    std::string text_;
};

std::string initramfs() {
    Cpio archive;
    for (const char* folder : {"dev", "proc", "sys", "modules"}) {
        archive.add(folder, 0040755, "");
    }
    archive.add("init", 0100755, os::read_file(BANGER_TEST_GUEST));
    int number = 10;
    for (const char* module : modules) {
        const std::string name = std::string(module) + ".ko";
        for (const auto& entry : fs::recursive_directory_iterator(bundle() / "modules")) {
            if (entry.path().filename() == name) {
                archive.add("modules/" + std::to_string(number++) + name, 0100644,
                            os::read_file(entry.path()));
            }
        }
    }
    return archive.end();
}

const vmm::qemu::Host& host() {
    static const vmm::qemu::Host found = vmm::qemu::probe({"", "auto", {}});
    return found;
}

} // namespace

std::string Machine::missing() {
    if (!fs::exists(bundle() / "vmlinux") || !fs::exists(bundle() / "modules")) {
        return "no kernel in " + bundle().string() + " (make runtime-bundle)";
    }
    return host().probe.usable ? "" : host().probe.reason;
}

Machine::Machine(const std::string& mode) : dir_("bgr-vm") {
    spec.id = "0123456789ab";
    spec.name = "test-" + mode;
    spec.dir = dir_.path() / "vm";
    spec.run_dir = dir_.path() / "run";
    spec.memory_mib = 192;
    spec.kernel = bundle() / "vmlinux";
    spec.initrd = "initrd.img";
    spec.kernel_args = {"test=" + mode};
    spec.console_path = spec.dir / "console.log";
    os::make_private_dir(spec.dir);
    os::make_private_dir(spec.run_dir);
    os::write_file_atomic(spec.dir / "initrd.img", initramfs());
}

Machine::~Machine() {
    for (const supervisor::Supervised& started : launched_) {
        try {
            started.kill();
        } catch (const os::Error& error) {
            std::fprintf(stderr, "clean up: %s\n", error.what());
        }
    }
}

vmm::SupervisorPlan Machine::plan() const {
    return vmm::qemu::Driver(host()).plan(spec);
}

supervisor::Supervised Machine::launch() {
    return launch(plan());
}

supervisor::Supervised Machine::launch(const vmm::SupervisorPlan& plan) {
    launched_.push_back(supervisor::launch(plan, BANGER_VM, boot_time));
    return launched_.back();
}

std::string Machine::console() const {
    const fs::path old = spec.console_path.string() + ".1";
    return os::find_file(old).value_or("") + os::find_file(spec.console_path).value_or("");
}

bool Machine::console_has(const std::string& text) const {
    const auto end = std::chrono::steady_clock::now() + boot_time;
    while (std::chrono::steady_clock::now() < end) {
        if (console().find(text) != std::string::npos) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::fprintf(stderr, "the console has no \"%s\":\n%s\n", text.c_str(), console().c_str());
    return false;
}

std::string Machine::wait_event(int fd, const std::string& name) {
    while (const auto line = os::read_line(fd, boot_time)) {
        if (line->find("\"event\":\"" + name + "\"") != std::string::npos) {
            return *line;
        }
    }
    return {};
}

std::vector<std::string> Machine::names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace banger::test
