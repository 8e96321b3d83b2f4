#include "privileged/jail_cgroup.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "privileged/jail_request.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace banger::privileged {
namespace fs = std::filesystem;

namespace {

using os::Error;
using os::ErrorKind;
using namespace std::chrono_literals;

const fs::path all_cgroups = "/sys/fs/cgroup";
const fs::path jail_cgroups = all_cgroups / "banger-jail";
constexpr std::uint64_t period_us = 100'000;
const char* const remedy = "set firecracker.jailer to false in config.yaml";

void write_value(const fs::path& file, const std::string& value) {
    const os::UniqueFd fd = os::open_file(file, O_WRONLY);
    os::write_all(fd.get(), value, "write " + value + " to " + file.string());
}

void make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
        throw os::errno_error("make cgroup " + folder.string());
    }
}

void require_version_2() {
    struct statfs info {};
    if (::statfs(all_cgroups.c_str(), &info) != 0 || info.f_type != CGROUP2_SUPER_MAGIC) {
        throw Error(ErrorKind::unsupported,
                    "a jail needs cgroups of version 2, and " + all_cgroups.string() +
                        " of this machine has others",
                    std::string("boot with systemd.unified_cgroup_hierarchy=1, or ") + remedy);
    }
}

/// For the children of both folders: a limit is below two of them.
void enable(const std::string& controller) {
    const std::string all = " " + os::read_file(all_cgroups / "cgroup.controllers");
    if (all.find(" " + controller + " ") == std::string::npos &&
        all.find(" " + controller + "\n") == std::string::npos) {
        throw Error(ErrorKind::unsupported,
                    "a jail needs the cgroup controller " + controller +
                        ", which this machine does not have for version 2",
                    remedy);
    }
    for (const fs::path& folder : {all_cgroups, jail_cgroups}) {
        write_value(folder / "cgroup.subtree_control", "+" + controller);
    }
}

/// One file of the jail's cgroup, and the controller that has it.
struct Limit {
    std::string controller;
    std::string file;
    std::string value;
};

std::vector<Limit> as_files(const JailLimits& limits) {
    std::vector<Limit> files;
    if (limits.memory_mib > 0) {
        files.push_back({"memory", "memory.max", std::to_string(limits.memory_mib << 20U)});
        files.push_back({"memory", "memory.oom.group", "1"}); // the VM as a whole, or nothing
    }
    if (limits.cpus > 0) {
        files.push_back(
            {"cpu", "cpu.max",
             std::to_string(limits.cpus * period_us) + " " + std::to_string(period_us)});
    }
    if (limits.tasks > 0) {
        files.push_back({"pids", "pids.max", std::to_string(limits.tasks)});
    }
    return files;
}

} // namespace

os::UniqueFd make_jail_cgroup(uid_t jail, const JailLimits& limits) {
    require_version_2();
    make_folder(jail_cgroups);
    const std::vector<Limit> files = as_files(limits);
    for (const Limit& limit : files) {
        enable(limit.controller);
    }
    const fs::path folder = jail_cgroups / std::to_string(jail);
    make_folder(folder);
    for (const Limit& limit : files) {
        write_value(folder / limit.file, limit.value);
    }
    return os::open_file(folder / "cgroup.procs", O_WRONLY);
}

void remove_jail_cgroup(uid_t jail) {
    const fs::path folder = jail_cgroups / std::to_string(jail);
    std::error_code code;
    if (fs::exists(folder / "cgroup.kill", code)) { // from Linux 5.14 on
        write_value(folder / "cgroup.kill", "1");
    }
    for (int tries = 0; ::rmdir(folder.c_str()) != 0; ++tries) { // the dying count until they went
        if (errno == ENOENT) {
            break;
        }
        if (errno != EBUSY || tries == 300) {
            throw os::errno_error("remove cgroup " + folder.string());
        }
        std::this_thread::sleep_for(10ms);
    }
    ::rmdir(jail_cgroups.c_str()); // NOLINT(bugprone-unused-return-value): when it was the last one
}

} // namespace banger::privileged
