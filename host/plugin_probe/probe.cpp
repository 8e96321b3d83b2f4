#include "plugin_probe/probe.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unique_fd.hpp"
#include "plugin/binary.hpp"
#include "plugin/manifest.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;

namespace {

constexpr rlim_t cpu_seconds = 5;
constexpr rlim_t open_files = 256;
constexpr rlim_t file_bytes = 1U << 20U;

json described(const fs::path& file) {
    plugin::check_symbols(file);
    const plugin::Manifest m = plugin::read_manifest(file, plugin::open_binary(file));
    return {{"id", m.id},
            {"name", m.name},
            {"version", m.version},
            {"vendor", m.vendor},
            {"license", m.license},
            {"url", m.url},
            {"summary", m.summary},
            {"abi", "1." + std::to_string(m.abi_minor)},
            {"interfaces", m.interfaces},
            {"requires_ext", m.requires_ext},
            {"requires_plugins", m.requires_plugins}};
}

void limit(int resource, rlim_t most) {
    rlimit now{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &now) == 0) {
        now.rlim_cur = now.rlim_max = std::min(most, now.rlim_max);
        ::setrlimit(static_cast<__rlimit_resource>(resource), &now);
    }
}

/// Of the address space there is no limit: sanitizers reserve terabytes.
void set_limits() {
    limit(RLIMIT_CPU, cpu_seconds);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, open_files);
    limit(RLIMIT_FSIZE, file_bytes);
}

} // namespace

int probe(int argc, char** argv) {
    if (argc != 1) {
        throw Error(os::ErrorKind::invalid, "which file?", "banger-plugin probe FILE");
    }
    set_limits();
    // What the plugin prints is no answer of ours.
    const os::UniqueFd answer(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!answer || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        throw os::errno_error("standard output");
    }
    json result;
    try {
        result["descriptor"] = described(argv[0]);
    } catch (const Error& error) {
        result["error"] = {{"kind", std::string(os::to_string(error.kind()))},
                           {"message", error.what()},
                           {"hint", error.hint()}};
    }
    os::write_all(answer.get(), result.dump(-1, ' ', false, json::error_handler_t::replace) + "\n",
                  "the answer");
    ::_exit(0); // destructors of the plugin's statics have no say any more
}

} // namespace banger::plugin_probe
