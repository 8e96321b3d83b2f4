#include "config/config.hpp"
#include "config/effective.hpp"
#include "daemon/config_check.hpp"
#include "daemon/daemon.hpp"
#include "daemon/data_lock.hpp"
#include "daemon/lock_watch.hpp"
#include "daemon/log.hpp"
#include "os/daemon_exit.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/paths.hpp"
#include "plugin/quarantine.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string_view>

#include <nlohmann/json.hpp>
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

std::string count(std::size_t number, const std::string& what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

void print_errors(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
        std::cerr << "error: " << line << '\n';
    }
}

int check_config(const std::string& file) {
    const banger::daemon::ConfigCheck check(file, banger::os::user_paths());
    print_errors(check.errors());
    for (const std::string& line : check.warnings()) {
        std::cerr << "warning: " << line << '\n';
    }
    const std::string warnings =
        check.warnings().empty() ? "" : ", " + count(check.warnings().size(), "warning");
    if (!check.errors().empty()) {
        std::cerr << file << " has " << count(check.errors().size(), "error") << warnings << '\n';
        return 1;
    }
    std::cout << file
              << (check.config().file.empty() ? " does not exist: the built-in values are used"
                                              : " is good")
              << warnings << '\n';
    return 0;
}

/// The values as GET /v1/config has them, those of the right keys of a wrong file too. Where the
/// file is no YAML there are none.
int show_config(const std::string& file) {
    const auto reading = banger::config::read_config(file);
    if (reading.is_yaml) {
        std::cout << banger::config::to_json(reading.config).dump() << '\n';
    }
    print_errors(reading.problems);
    return reading.problems.empty() ? 0 : 1;
}

/// What GET /v1/doctor says, as far as it needs no daemon.
int check_host() {
    const auto paths = banger::os::user_paths();
    const banger::daemon::ConfigCheck check(paths.config_file(), paths);
    std::cout << check.doctor().dump() << '\n';
    return 0;
}

/// What POST /v1/plugins/{id}/release does, for a daemon that does not start.
int release_plugin(const std::string& id) {
    const auto paths = banger::os::user_paths();
    banger::os::make_private_dir(paths.runtime);
    const auto lock = banger::os::FileLock::try_acquire(paths.lock());
    if (!lock) {
        throw Error(banger::os::ErrorKind::busy, "bangerd runs, and has the record itself",
                    "banger plugin release " + id);
    }
    banger::plugin::Quarantine quarantine(paths.quarantine());
    if (!quarantine.release(id)) {
        throw Error(banger::os::ErrorKind::not_found, "plugin " + id + " is not in quarantine",
                    "banger doctor tells what is wrong");
    }
    std::cout << id << " released\n";
    return 0;
}

/// All that is ours has ended. What plugins left for the very end (exit handlers, destructors of
/// static objects) may not return: the process ends all the same. No thread does this: one that is
/// still there would delay the moment at which the process is gone.
void end_soon() {
    std::signal(SIGALRM, [](int) {
        constexpr std::string_view text =
            "bangerd: an exit handler or a destructor of a plugin does not return\n";
        [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
        ::_exit(0);
    });
    sigset_t alarm_only;
    ::sigemptyset(&alarm_only);
    ::sigaddset(&alarm_only, SIGALRM);
    ::pthread_sigmask(SIG_UNBLOCK, &alarm_only, nullptr);
    ::alarm(10);
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
    const banger::daemon::LockWatch watch(data_lock.fd());
    banger::os::make_private_dir(paths.data / "vms");
    banger::os::make_private_dir(paths.state);
    banger::os::make_private_dir(paths.runtime / "vm");
    const auto reading = banger::config::read_config(paths.config_file());
    if (!reading.problems.empty()) {
        print_errors(reading.problems);
        return banger::os::bad_config;
    }
    const banger::config::Config& config = reading.config;
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
    end_soon();
    return 0;
}

int run(CLI::App& app, int argc, char** argv) {
    bool foreground = false;
    bool host = false;
    std::string checked;
    std::string shown;
    app.add_flag("--foreground", foreground, "log to standard error too");
    app.add_option("--check-config", checked, "check a config.yaml and end")->type_name("FILE");
    app.add_option("--show-config", shown, "print the values of a config.yaml as JSON and end")
        ->type_name("FILE");
    app.add_flag("--check-host", host,
                 "print what doctor finds without a daemon, as JSON, and end");
    std::string released;
    app.add_option("--release-plugin", released,
                   "take a plugin out of quarantine, without a daemon, and end")
        ->type_name("ID");
    app.set_version_flag("--version", "bangerd " BANGER_VERSION);
    app.parse(argc, argv);
    if (!checked.empty()) {
        return check_config(checked);
    }
    if (!shown.empty()) {
        return show_config(shown);
    }
    if (!released.empty()) {
        return release_plugin(released);
    }
    return host ? check_host() : serve(foreground);
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
