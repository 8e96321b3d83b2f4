#include "plugin_probe/probe.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unique_fd.hpp"
#include "plugin/binary.hpp"
#include "plugin/manifest.hpp"
#include "plugin_probe/check/left_processes.hpp"
#include "plugin_probe/confinement.hpp"

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;

namespace {

bool forked = false;

json described(const plugin::Manifest& m) {
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

json opened(const fs::path& file, const fs::path& name) {
    plugin::check_symbols(file, name);
    const pid_t own = ::getpid();
    ::pthread_atfork([] { forked = true; }, nullptr, nullptr);
    const banger_entry* entry = plugin::open_binary(file, name);
    if (::getpid() != own) {
        ::_exit(0); // a copy of us, which the plugin made and let go
    }
    if (forked) {
        throw Error(os::ErrorKind::invalid, name.string() + ": starts a process when it is opened",
                    "a plugin does nothing before its create()");
    }
    return described(plugin::read_manifest(name, entry));
}

} // namespace

int probe(int argc, char** argv) {
    if (argc < 1 || argc > 2) {
        throw Error(os::ErrorKind::invalid, "which file?", "banger-plugin probe FILE");
    }
    // What the plugin prints is no answer of ours.
    const os::UniqueFd answer(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!answer || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        throw os::errno_error("standard output");
    }
    const fs::path file = fs::absolute(argv[0]);
    go_on_in_child(); // whatever that leaves behind is ended
    confine(file.c_str());
    json result;
    try {
        result["descriptor"] = opened(file, argv[argc - 1]);
    } catch (const Error& error) {
        result["error"] = {{"kind", std::string(os::to_string(error.kind()))},
                           {"message", error.what()},
                           {"hint", error.hint()}};
    }
    os::write_all(answer.get(), result.dump(-1, ' ', false, json::error_handler_t::replace) + "\n",
                  "the answer");
    ::_exit(0); // destructors of the plugin have no say any more
}

} // namespace banger::plugin_probe
