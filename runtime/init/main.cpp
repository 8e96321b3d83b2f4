// The first process of every guest: makes the root file system out of the VM's disks, makes the
// guest the VM that the host described, and hands over to the distribution's init. On failure it
// says why on the console, in one line, and powers off: the host reads that line.
#include <fcntl.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "guest/apply.hpp"
#include "guest/config.hpp"
#include "guest/failure.hpp"
#include "guest/root_dir.hpp"
#include "guest/wall_clock.hpp"
#include "init/command_line.hpp"
#include "init/device_nodes.hpp"
#include "init/disks.hpp"
#include "init/modules.hpp"
#include "init/mounts.hpp"
#include "init/timer_check.hpp"

namespace banger::init {
namespace {

/// Long enough for a host on which many guests start at once under emulation.
constexpr std::chrono::seconds disk_deadline{20};

/// What the boot has come to: said when it fails, and with `banger.debug` when it works.
struct Progress {
    std::string doing = "start";
    CommandLine command_line{""};
    std::vector<std::string> modules;
    std::vector<std::pair<std::string, long>> times;

    void next(const std::string& what) {
        times.emplace_back(doing, static_cast<long>(guest::since_boot_ns() / 1'000'000));
        doing = what;
    }
};

void say(const std::string& line) {
    ::dprintf(STDERR_FILENO, "banger-init: %s\n", line.c_str());
}

/// A machine without a console node still gets descriptors 0 to 2.
void open_console() {
    if (::fcntl(STDERR_FILENO, F_GETFD) >= 0)
        return;
    int fd = ::open("/dev/console", O_RDWR | O_NOCTTY);
    if (fd < 0)
        fd = ::open("/dev/null", O_RDWR);
    for (int standard = 0; standard <= 2; ++standard)
        if (fd != standard)
            ::dup2(fd, standard);
    if (fd > 2)
        ::close(fd);
}

std::vector<std::string> told_disks(const CommandLine& command_line) {
    return disk_names(command_line.find("banger.disks").value_or(""));
}

[[noreturn]] void die(const Progress& progress, const std::string& why) {
    say("FATAL: " + progress.doing + ": " + why);
    std::string modules;
    for (const auto& module : progress.modules)
        modules += " " + module.substr(module.rfind('/') + 1);
    auto disks = list_disks();
    name_disks(disks, told_disks(progress.command_line));
    say("disks: " + describe(disks));
    say("modules:" + (modules.empty() ? std::string(" none") : modules));
    say("kernel command line: " + progress.command_line.text());
    // Firecracker ends on a reset and knows no power off: then the host tells the two apart by this
    // line.
    const bool resets = progress.command_line.find("banger.poweroff") == "reboot";
    if (resets)
        ::dprintf(STDERR_FILENO, "banger: power-off\n");
    ::tcdrain(STDERR_FILENO);
    ::sync();
    if (!resets)
        ::reboot(RB_POWER_OFF);
    ::reboot(RB_AUTOBOOT);
    while (true)
        ::pause();
}

/// The host starts a guest again that reboots before it is ready, and the last time it does not
/// name the timer's rate: then any will do.
void require_timer(const CommandLine& command_line) {
    const std::string text = command_line.find("banger.lapic_hz").value_or("");
    std::uint64_t hz = 0;
    std::from_chars(text.data(), text.data() + text.size(), hz);
    const guest::RootDir root("/");
    const std::string problem = timer_problem(root.read("/proc/timer_list").value_or(""), hz);
    if (problem.empty())
        return;
    say("the timer is out of tune: " + problem + "; rebooting");
    ::tcdrain(STDERR_FILENO);
    ::reboot(RB_AUTOBOOT);
}

/// The roles' disks, in their order. With a limit a disk would stand still for what is deleted: it
/// counts as written.
std::vector<Disk> root_disks(const std::vector<std::string>& roles,
                             const CommandLine& command_line) {
    auto disks = wait_for_disks(roles, told_disks(command_line), disk_deadline);
    if (command_line.find("banger.discard") == "off")
        for (auto& disk : disks)
            disk.discards = false;
    return disks;
}

void mount_root(const guest::Config& config, const CommandLine& command_line) {
    std::vector<std::string> warnings;
    if (config.root_mode == guest::RootMode::copy) {
        auto disks = root_disks({"root", "work"}, command_line);
        warnings = mount_copy_root(disks[0], disks[1]);
    } else {
        auto disks = root_disks({"base", "overlay", "work"}, command_line);
        warnings = mount_overlay_root(disks[0], disks[1], disks[2]);
    }
    for (const auto& warning : warnings)
        say("warning: " + warning);
}

void configure(const guest::Config& config) {
    auto problems =
        guest::apply(config, {.root = new_root, .running_system = true, .made_before_boot = true});
    std::string essential;
    for (const auto& problem : problems) {
        if (problem.essential)
            essential += (essential.empty() ? "" : "; ") + problem.step + ": " + problem.reason;
        else
            say("warning: " + problem.step + ": " + problem.reason);
    }
    if (!essential.empty())
        throw std::runtime_error(essential);
}

[[noreturn]] void execute_init(const Progress& progress) {
    std::vector<std::string> candidates{"/sbin/init", "/etc/init", "/bin/init"};
    if (auto chosen = progress.command_line.find("init"); chosen && !chosen->empty())
        candidates = {*chosen};
    const char* const environment[] = {
        "HOME=/", "TERM=linux", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        nullptr};
    for (auto& path : candidates) {
        char* arguments[] = {path.data(), nullptr};
        ::execve(path.c_str(), arguments, const_cast<char* const*>(environment));
        if (errno != ENOENT || &path == &candidates.back())
            guest::fail_errno("execute " + path);
    }
    throw std::logic_error("no init to execute");
}

void boot(Progress& progress) {
    progress.next("mount /proc, /sys and /dev");
    mount_kernel_file_systems();
    open_console();
    progress.command_line = CommandLine::of_this_kernel();

    progress.next("check the timer");
    require_timer(progress.command_line);

    progress.next("read /banger/config.json");
    const guest::RootDir initramfs("/");
    guest::Config config;
    if (auto text = initramfs.read("/banger/config.json", guest::max_config_bytes))
        config = guest::parse_config(*text);
    else
        say("no /banger/config.json: booting the image as it is");

    progress.next("load modules");
    Modules modules("/lib/modules");
    try {
        modules.load(parse_module_list(initramfs.read("/lib/modules/list").value_or("")));
    } catch (const std::exception&) {
        progress.modules = modules.loaded();
        throw;
    }
    progress.modules = modules.loaded();

    progress.next("mount the root file system");
    mount_root(config, progress.command_line);
    progress.next("apply the guest configuration");
    configure(config);
    progress.next("make device nodes");
    make_device_nodes(new_root);
    progress.next("switch root");
    switch_root();
    progress.next("start init");
    if (progress.command_line.find("banger.debug"))
        for (const auto& [what, ms] : progress.times)
            say(std::to_string(ms) + " ms: " + what + " done");
    execute_init(progress);
}

} // namespace
} // namespace banger::init

int main() {
    if (::getpid() != 1) {
        std::fputs("banger-init: runs only as the first process of a guest\n", stderr);
        return 2;
    }
    banger::init::Progress progress;
    try {
        banger::init::boot(progress);
    } catch (const std::exception& error) {
        banger::init::die(progress, error.what());
    }
}
