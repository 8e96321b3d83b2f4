#include "config/config.hpp"
#include "daemon/daemon.hpp"
#include "daemon/data_lock.hpp"
#include "daemon/log.hpp"
#include "daemon/settings.hpp"
#include "os/already_running.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/paths.hpp"
#include "plugin/catalog.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>

#include <spdlog/logger.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using banger::os::Error;

void print(const Error& error) {
    std::cerr << "error: " << error.what() << '\n';
    for (const std::string& line : error.details()) {
        std::cerr << "  " << line << '\n';
    }
    if (!error.hint().empty()) {
        std::cerr << "hint: " << error.hint() << '\n';
    }
}

int check_config(const std::string& file) {
    const auto config = banger::config::load_config(file);
    const auto problems = banger::plugin::Catalog(
                              banger::daemon::plugin_settings(config, banger::os::user_paths()), {})
                              .check();
    if (!problems.empty()) {
        const Error error(banger::os::ErrorKind::invalid,
                          problems.size() == 1
                              ? problems.front()
                              : file + " has " + std::to_string(problems.size()) + " errors",
                          "banger plugin show ID lists the settings of a plugin");
        throw problems.size() == 1 ? error : error.with_details(problems);
    }
    std::cout << (config.file.empty() ? file + " does not exist: the built-in values are used"
                                      : file + " is good")
              << '\n';
    return 0;
}

int serve(bool foreground) {
    const auto paths = banger::os::user_paths();
    banger::os::make_private_dir(paths.runtime);
    const auto lock = banger::os::FileLock::try_acquire(paths.lock());
    if (!lock) {
        throw Error(banger::os::ErrorKind::busy,
                    "another bangerd of this user runs already (lock " + paths.lock().string() +
                        ")",
                    "talk to it with: banger daemon status");
    }
    banger::os::make_private_dir(paths.data);
    const auto data_lock = banger::daemon::lock_data(paths);
    banger::os::make_private_dir(paths.data / "vms");
    banger::os::make_private_dir(paths.state);
    banger::os::make_private_dir(paths.runtime / "vm");
    const auto config = banger::config::load_config(paths.config_file());
    const auto log =
        banger::daemon::open_log(paths.daemon_log(), config.log.level,
                                 static_cast<std::size_t>(config.log.max_size), foreground);
    try {
        banger::daemon::Daemon daemon(config, paths, log);
        daemon.run();
    } catch (...) {
        log->error("bangerd ends: {}", banger::os::current_error().what());
        throw;
    }
    return 0;
}

int run(CLI::App& app, int argc, char** argv) {
    bool foreground = false;
    std::string config_file;
    app.add_flag("--foreground", foreground, "log to standard error too");
    app.add_option("--check-config", config_file, "check a config.yaml and end")->type_name("FILE");
    app.set_version_flag("--version", "bangerd " BANGER_VERSION);
    app.parse(argc, argv);
    return config_file.empty() ? serve(foreground) : check_config(config_file);
}

} // namespace

int main(int argc, char** argv) {
    ::umask(077);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        CLI::App app{
            "The daemon of banger: runs VMs for the banger command, which starts it by itself.",
            "bangerd"};
        try {
            return run(app, argc, argv);
        } catch (const CLI::ParseError& error) {
            return app.exit(error);
        }
    } catch (...) {
        const Error error = banger::os::current_error();
        print(error);
        return error.kind() == banger::os::ErrorKind::busy ? banger::os::already_running : 1;
    }
}
