#include "vmm/firecracker/jail.hpp"

#include "os/error.hpp"
#include "privileged/jail_request.hpp"
#include "privileged/jailer_file.hpp"
#include "privileged/root_owned.hpp"
#include "vmm/firecracker/version.hpp"

#include <utility>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace banger::vmm::firecracker {
namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// Rounded up; 0 when it is not there, which the start finds out.
std::uint64_t size_mib(const fs::path& file) {
    constexpr std::uint64_t mib = 1U << 20U;
    std::error_code code;
    const std::uintmax_t bytes = fs::file_size(file, code);
    return code ? 0 : (bytes + mib - 1) / mib;
}

/// Of Firecracker beside the guest's memory: the jailer's copy of it, which is in memory (one with
/// debug information may be large), its own, and what the kernel keeps for the guest (page tables
/// are a 256th of the memory, buffers of its devices).
std::uint64_t memory_limit_mib(std::uint64_t guest_mib, const fs::path& binary) {
    return guest_mib + guest_mib / 64 + 192 + size_mib(binary);
}

/// Firecracker's own thread and that of its API, the jail's first process, and to spare.
constexpr std::uint32_t own_tasks = 32;

/// Of a jailer that said nothing, for which it has 10 s.
constexpr std::chrono::minutes asking_pause{1};

/// Of what lies there now. Clocks of file systems have ticks, so the time of change is not all.
std::string identity_of(const fs::path& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) {
        throw os::errno_error(file.string());
    }
    return file.string() + " " + std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) +
           " " + std::to_string(info.st_size) + " " + std::to_string(info.st_mode) + " " +
           std::to_string(info.st_ctim.tv_sec) + "." + std::to_string(info.st_ctim.tv_nsec);
}

/// The files of a plan as the jail has them, in the order in which they are met.
class JailNames {
  public:
    explicit JailNames(Jail& jail) : jail_(jail) {}

    std::string file(const std::string& path, bool read_only) {
        jail_.files.push_back({path, read_only});
        return "/files/" + std::to_string(jail_.files.size() - 1);
    }

    /// The body of one request with names of the jail.
    json body(json body) {
        for (const char* key : {"kernel_image_path", "initrd_path"}) {
            if (const auto path = body.find(key); path != body.end()) {
                *path = file(path->get<std::string>(), true);
            }
        }
        if (const auto path = body.find("path_on_host"); path != body.end()) {
            *path = file(path->get<std::string>(), body.at("is_read_only").get<bool>());
        }
        if (const auto path = body.find("uds_path"); path != body.end()) {
            *path = RunFolder{"/vm"}.vmm_vsock().string();
        }
        return body;
    }

  private:
    Jail& jail_;
};

} // namespace

void put_in_jail(SupervisorPlan& plan, const LaunchSpec& spec) {
    Jail jail;
    jail.command = spec.jail->command;
    jail.hint = spec.jail->hint;
    JailNames names(jail);
    for (ApiRequest& request : plan.requests) {
        request.body = names.body(json::parse(request.body)).dump();
    }
    if (jail.files.size() > privileged::max_jail_files) {
        throw Error(ErrorKind::invalid,
                    "a jail takes " + std::to_string(privileged::max_jail_files) +
                        " files, and this VM has " + std::to_string(jail.files.size()));
    }
    jail.request = json({{"id", plan.id},
                         {"firecracker", plan.argv.front()},
                         {"taps", plan.taps},
                         {"files", jail.files.size()},
                         {"first_uid", spec.jail->first_uid},
                         {"memory_mib", memory_limit_mib(spec.memory_mib, plan.argv.front())},
                         {"cpus", spec.vcpus + 1}, // and one for what Firecracker itself does
                         {"tasks", spec.vcpus + own_tasks}})
                       .dump(-1, ' ', false, json::error_handler_t::replace);
    plan.jail = std::move(jail);
}

const std::string& JailerVersion::of(const fs::path& jailer) {
    const auto now = std::chrono::steady_clock::now();
    std::string identity = identity_of(jailer);
    if (identity != asked_ || (version_.empty() && now - when_ >= asking_pause)) {
        asked_.clear();
        version_ = ask_version(jailer, "Jailer v");
        asked_ = std::move(identity);
        when_ = now;
    }
    return version_;
}

std::string jailer_problem(const Probe& probe, JailerVersion& jailers) {
    std::error_code code;
    const fs::path binary = fs::canonical(probe.binary, code);
    const fs::path jailer = privileged::jailer_beside(binary);
    if (jailer.empty()) {
        return binary.string() + " is not named as it was released, so its jailer is not found";
    }
    if (!fs::exists(jailer, code)) {
        return "there is no " + jailer.string() +
               ": put the jailer of the same release beside Firecracker";
    }
    for (const fs::path& program : {probe.binary, jailer}) {
        if (const fs::path part = privileged::changeable_part(program); !part.empty()) {
            return "root must not run " + jailer.filename().string() + ", since " + part.string() +
                   " can be changed by others than root: install both with sudo install -t "
                   "/usr/local/bin, and set firecracker.binary to that one";
        }
        if (privileged::is_on_users_mount(program)) {
            return "root must not run " + jailer.filename().string() + ", since " +
                   program.string() +
                   " is on a file system that is mounted nosuid: install both with sudo install "
                   "-t /usr/local/bin, and set firecracker.binary to that one";
        }
    }
    std::string version;
    try {
        version = jailers.of(jailer);
    } catch (const Error& error) { // not executable, say
        return std::string("its jailer cannot be run: ") + error.what();
    }
    if (version != probe.version) {
        return jailer.string() + " is of version " + (version.empty() ? "unknown" : version) +
               ", and Firecracker of " + probe.version;
    }
    return {};
}

Host with_jailer(Host host, const std::string& problem) {
    if (host.probe.usable && problem.empty()) {
        host.probe.reason += "; in its jailer";
    } else if (host.probe.usable) {
        host.probe.usable = false;
        host.probe.accel.clear();
        host.probe.reason = "firecracker.jailer is on, but " + problem;
        host.probe.setting = "firecracker.jailer";
    }
    return host;
}

} // namespace banger::vmm::firecracker
