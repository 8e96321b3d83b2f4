#include "daemon/daemon.hpp"

#include "api/resources/resources.hpp"
#include "api/server.hpp"
#include "config/effective.hpp"
#include "daemon/doctor.hpp"
#include "daemon/dropped_checks.hpp"
#include "daemon/image_checks.hpp"
#include "daemon/jailing.hpp"
#include "daemon/log.hpp"
#include "daemon/network_checks.hpp"
#include "daemon/operation_history.hpp"
#include "daemon/plugin_checks.hpp"
#include "daemon/plugin_log.hpp"
#include "daemon/plugin_states.hpp"
#include "daemon/services.hpp"
#include "daemon/settings.hpp"
#include "daemon/socket_keeper.hpp"
#include "daemon/ssh_files.hpp"
#include "daemon/status.hpp"
#include "daemon/taken_up_images.hpp"
#include "daemon/vmms.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "plugin/actions.hpp"
#include "plugin/binary.hpp"
#include "plugin/breadcrumb.hpp"
#include "plugin/dispatch.hpp"
#include "plugin/limits.hpp"
#include "plugin/quarantine.hpp"
#include "store/database.hpp"
#include "store/hook_journal.hpp"
#include "store/image_table.hpp"
#include "store/kv_table.hpp"
#include "store/rebuild.hpp"
#include "store/reserve.hpp"
#include "vm/auto_start.hpp"
#include "vm/auto_stop.hpp"
#include "vm/background.hpp"
#include "vm/events.hpp"
#include "vm/image_bin.hpp"
#include "vm/lifecycle.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <optional>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <unistd.h>

namespace banger::daemon {
namespace asio = boost::asio;
using nlohmann::json;
using os::Error;

namespace {

constexpr std::size_t pool_threads = 16; ///< blocking steps at once; idle ones cost a few KiB
/// Of the plugins' actions: four plugins that hang hold them all, and nothing else.
constexpr std::size_t action_threads = 4 * plugin::limits::actions;
constexpr std::size_t asking_threads = 4;

std::string remembered_subnet(store::Database& database) {
    return store::KvTable(database).find(plugin::own_id, "subnet").value_or("");
}

/// As the last daemon left them. A new database (the old one was damaged) has none yet.
std::vector<KnownVm> vms_before(store::Database& database, const os::UserPaths& paths) {
    const std::vector<store::VmRow> rows = store::VmTable(database).list();
    return rows.empty() ? known_vms(paths) : known_vms(rows, paths);
}

} // namespace

/// Members in the order of who needs whom; they go in reverse.
struct Daemon::Parts {
    Parts(config::Config given, os::UserPaths user, std::shared_ptr<spdlog::logger> logger);

    asio::awaitable<void> start();
    asio::awaitable<void> all_taken_up();
    asio::awaitable<void> stop();
    void ask_stop();
    void save(const vm::Operation& operation);
    plugin::Services make_services();
    api::Parts api_parts();
    asio::awaitable<json> status();
    asio::awaitable<json> doctor();
    [[nodiscard]] DoctorFacts doctor_facts();
    [[nodiscard]] std::vector<KnownVm> network_vms() const;
    void cache_options() const;

    config::Config config;
    os::UserPaths paths;
    std::shared_ptr<spdlog::logger> log;
    std::int64_t started_ms = os::now_ms();

    asio::io_context loop{1};
    asio::thread_pool pool{pool_threads};
    asio::thread_pool action_pool{action_threads};
    asio::thread_pool asking_pool{asking_threads}; ///< doctor, status
    asio::thread_pool control{1};                  ///< loads and ends plugins
    vm::Threads threads{loop, pool};
    vm::Threads actions_threads{loop, action_pool};
    vm::Threads asking{loop, asking_pool};
    vm::Threads control_threads{loop, control};

    store::Reserve reserve;
    store::Database database;
    store::HookJournal journal;
    store::ImageTable image_table{database};
    OperationHistory history{database, *log};
    vm::Settings settings;
    privileged::Client privileged;
    vm::Events events;
    vm::Machines machines{loop, database, settings, events};
    vm::Operations operations{loop, [this](const vm::Operation& op) { save(op); }};
    image::Catalog images;
    vm::ImageBin image_bin;
    Vmms vmms;

    plugin::Quarantine quarantine;
    plugin::Breadcrumb plugin_calls; ///< outlives what calls plugins
    api::Router router;
    PluginServices services;
    plugin::Catalog plugins;
    plugin::Dispatch dispatch{plugins, journal};
    plugin::Actions actions{plugins};
    vm::Lifecycle lifecycle;
    vm::AutoStop auto_stop;
    vm::AutoStart auto_start;
    api::Parts resources;
    std::optional<SshFiles> ssh_files;
    std::optional<api::Server> server;
    std::optional<SocketKeeper> socket_keeper;

    asio::signal_set signals{loop, SIGTERM, SIGINT};
    bool settled = false; ///< all VMs are taken up, and plugins know it
    bool stopping = false;
    std::exception_ptr failure; ///< why it could not start, or end as it should
};

Daemon::Parts::Parts(config::Config given, os::UserPaths user,
                     std::shared_ptr<spdlog::logger> logger)
    : config(std::move(given)), paths(std::move(user)), log(std::move(logger)),
      reserve(paths.database().parent_path() / "reserve"), database(paths.database()),
      journal(paths.database()),
      settings(vm_settings(
          config, paths,
          choose_network(config, remembered_subnet(database), vms_before(database, paths)))),
      privileged([this](const privileged::CallRecord& call) {
          log->info("privileged: {} ({} us): {}", call.command, call.time.count(),
                    call.ok ? "ok" : call.error);
      }),
      images(image_table, reserve, config.runtime.bundle, settings.image_store),
      image_bin(threads, images.store(), reserve,
                [this](std::string_view level, const std::string& text) {
                    write_log(*log, level, text);
                }),
      vmms(config, paths.state), quarantine(paths.quarantine()),
      plugin_calls(paths.state / "plugin-calls",
                   [this](const auto& calls) {
                       quarantine.count(calls, os::now_ms());
                       if (!calls.empty()) {
                           quarantine.require_saved();
                       }
                   }),
      services({loop, database, machines, operations, events, settings, privileged, router}),
      plugins(plugin_settings(config, paths), make_services()),
      lifecycle({threads, machines, operations, dispatch, images, journal, reserve, events,
                 settings, [this] { return vmms.get(); },
                 [this](std::string_view level, const std::string& text) {
                     write_log(*log, level, text);
                 },
                 jails(config, privileged)}),
      auto_stop({threads, machines, lifecycle, dispatch, events, settings,
                 [this](std::string_view level, const std::string& text) {
                     write_log(*log, level, text);
                 }}),
      auto_start({lifecycle, machines, paths.state / "autostart.json", os::current_boot_id(),
                  [this] { return stopping; },
                  [this](std::string_view level, const std::string& text) {
                      write_log(*log, level, text);
                  }}),
      resources(api_parts()) {}

plugin::Services Daemon::Parts::make_services() {
    plugin::Services result;
    log_plugins(result, log);
    services.fill(result);
    result.calls = &plugin_calls;
    result.quarantine = &quarantine;
    return result;
}

void Daemon::Parts::save(const vm::Operation& operation) {
    events.publish("operation", {{"operation", operation.id()},
                                 {"kind", operation.kind()},
                                 {"target", operation.target()},
                                 {"state", vm::to_string(operation.state())},
                                 {"stage", operation.current_stage()}});
    history.save(operation);
}

api::Parts Daemon::Parts::api_parts() {
    return {
        threads,
        actions_threads,
        asking,
        machines,
        operations,
        lifecycle,
        dispatch,
        events,
        images,
        image_bin,
        plugins,
        actions,
        database,
        settings,
        [] {
            return json{{"version", BANGER_VERSION}, {"api", 1}, {"pid", ::getpid()}};
        },
        [this] { return json::parse(config::to_json(config).dump()); },
        [this] { return status(); },
        [this] { return doctor(); },
        [this] { ask_stop(); },
    };
}

asio::awaitable<json> Daemon::Parts::status() {
    json vms = {{"total", 0}, {"running", 0}};
    for (const auto& machine : machines.list()) {
        vms["total"] = vms["total"].get<int>() + 1;
        if (machine->state == vm::State::running) {
            vms["running"] = vms["running"].get<int>() + 1;
        }
    }
    json states = json::object();
    for (const plugin::PluginInfo& info : plugins.list()) {
        states[info.id] = plugin::to_string(info.state);
    }
    std::string why;
    const image::Bundle* bundle = images.find_bundle(why);
    const json runtime = {{"bundle", bundle ? json(bundle->dir.string()) : json(nullptr)},
                          {"ok", bundle && bundle->missing().empty()},
                          {"missing", bundle ? json(bundle->missing()) : json::array({why})}};
    auto asked_work = vm::offload(asking, [this, wanted = config.vm.vmm] {
        json part = json::object();
        const auto found = vmms.get();
        part["vmm"] = to_json(vmm::survey(wanted, *found));
        part["privilege"] = to_json(privileged.readiness());
        return part;
    });
    json asked = co_await std::move(asked_work);
    json warnings = json::array();
    for (const Check& check : network_checks(settings, network_vms())) {
        warnings.push_back(check.title + "; " + check.fix);
    }
    co_return json{{"pid", ::getpid()},
                   {"version", BANGER_VERSION},
                   {"uptime_s", (os::now_ms() - started_ms) / 1000},
                   {"settled", settled},
                   {"paths",
                    {{"config", paths.config_file().string()},
                     {"data", paths.data.string()},
                     {"state", paths.state.string()},
                     {"runtime", paths.runtime.string()},
                     {"socket", paths.socket().string()},
                     {"log", paths.daemon_log().string()}}},
                   {"network", {{"bridge", settings.bridge}, {"subnet", settings.subnet.text()}}},
                   {"vmm", asked["vmm"]},
                   {"privilege", asked["privilege"]},
                   {"runtime", runtime},
                   {"plugins", std::move(states)},
                   {"warnings", std::move(warnings)},
                   {"vms", std::move(vms)}};
}

std::vector<KnownVm> Daemon::Parts::network_vms() const {
    std::vector<KnownVm> vms;
    for (const auto& machine : machines.list()) {
        vms.push_back({machine->name(), machine->row.ip, machine->runs()});
    }
    return vms;
}

DoctorFacts Daemon::Parts::doctor_facts() {
    DoctorFacts facts = configured_facts(config, paths, settings, images, plugins);
    facts.vms = network_vms();
    for (const auto& machine : machines.list()) {
        if (machine->row.autostart != "off") {
            facts.autostart_vms.push_back(machine->name());
        }
    }
    if (database.damaged()) {
        facts.damaged_database = database.damaged()->string();
    }
    add_plugin_states(facts, config, plugins, dispatch);
    return facts;
}

asio::awaitable<json> Daemon::Parts::doctor() {
    const image::InUse in_use{images.list(), images.used_folders(), images.stagings().ids()};
    auto checks_work = vm::offload(asking, [this, in_use, facts = doctor_facts()] {
        json list = json::array();
        std::string allow;
        for (const Check& check : host_checks(facts, *vmms.get(), privileged)) {
            allow = check.id == "privilege" ? check.fix : allow;
            list.push_back(to_json(check));
        }
        for (const Check& check :
             image_checks(images.store(), settings.templates_dir, in_use, facts.default_image)) {
            list.push_back(to_json(check));
        }
        for (const Check& check : dropped_checks(journal, plugins, plugin::Footprint(plugins))) {
            list.push_back(to_json(check));
        }
        for (json& check : plugin_checks(actions, allow)) {
            list.push_back(std::move(check));
        }
        return list;
    });
    json checks = co_await std::move(checks_work);
    co_return json{{"checks", std::move(checks)}};
}

void Daemon::Parts::cache_options() const {
    try {
        os::write_file_atomic(paths.state / "vm-options.json", api::options_json(dispatch).dump(2));
    } catch (const Error& error) { // --help without a daemon lacks them
        log->warn("{}", error.what());
    }
}

asio::awaitable<void> Daemon::Parts::start() {
    if (database.damaged()) {
        log->error("the database was damaged and moved to {}", database.damaged()->string());
    }
    if (database.fresh()) {
        const auto rebuilt = store::rebuild_from_folders(database, settings.vms_dir);
        for (const store::VmRow& row : rebuilt.vms) {
            log->warn("VM {} was found again in its folder", row.name);
        }
        for (const std::string& name : rebuilt.images) {
            log->warn("image {} was found again", name);
        }
        for (const std::string& problem : rebuilt.problems) {
            log->error("{}", problem);
        }
    }
    co_await take_up_images(images, image_bin, *log);
    if (const std::string why = uncounted_exits(plugins.services()); !why.empty()) {
        log->error("crashes of plugins are not counted: {}", why);
    }
    store::KvTable(database).set(plugin::own_id, "subnet", settings.subnet.text());
    history.close_unfinished(plugin_calls.left(), quarantine);
    co_await vm::offload(control_threads, [this] { plugins.load(); });
    co_await vm::offload(control_threads, [this] { plugins.start(); });
    machines.load();
    co_await lifecycle.adopt_all();
    for (const Check& check : network_checks(settings, network_vms())) {
        log->warn("{}; {}", check.title, check.fix);
    }
    cache_options();
    ssh_files.emplace(
        paths, events, [this](const std::string& text) { log->warn("{}", text); },
        [this] { return vm::ssh_hosts(machines.list(), settings, dispatch.options()); },
        [this] { return vm::ssh_client(images, settings); });
    api::add_daemon(router, resources);
    api::add_vms(router, resources);
    api::add_consoles(router, resources);
    api::add_exec(router, resources);
    api::add_images(router, resources);
    api::add_image_stagings(router, resources);
    api::add_image_prune(router, resources);
    api::add_operations(router, resources);
    api::add_events(router, resources);
    api::add_plugins(router, resources);
    api::add_footprint(router, resources);
    api::add_ssh_config(router, resources);
    for (const std::string& route : router.missing()) {
        throw Error(os::ErrorKind::internal, "no handler for " + route);
    }
    api::ServerOptions options;
    options.log = [this](std::string_view level, const std::string& text) {
        write_log(*log, level, text);
    };
    plugin_calls.end_of_start();
    server.emplace(loop, router, paths.socket(), std::move(options));
    log->info("bangerd {} serves {}", BANGER_VERSION, paths.socket().string());
    socket_keeper.emplace(loop, paths, *log, [this] { server->listen_again(); });
    vm::start_background(loop, socket_keeper->run(), [this](const Error& error) {
        log->error("{}", error.what());
        ask_stop();
    });
    co_await all_taken_up();
    if (!stopping) {
        co_await vm::offload(threads, [this] {
            clean_dead_jails(privileged,
                             [this](const std::string& text) { log->warn("{}", text); });
            dispatch.let_leave(plugin::Leavers::Answer::any);
            plugins.reconcile_all();
        });
    }
    settled = true;
    vm::start_background(loop, auto_stop.run(),
                         [this](const Error& error) { log->error("{}", error.what()); });
    vm::start_background(loop, auto_start.run(),
                         [this](const Error& error) { log->error("{}", error.what()); });
}

/// What belongs to no VM is known only when the plugins have been told of each that runs.
asio::awaitable<void> Daemon::Parts::all_taken_up() {
    const auto all = machines.list();
    for (const auto& machine : all) {
        const auto busy = machine->busy();
        if (busy && busy->kind() == "reconcile") {
            co_await busy->done();
        }
    }
}

asio::awaitable<void> Daemon::Parts::stop() {
    log->info("bangerd stops; VMs run on");
    // A create or start that is under way is taken back rather than left for the next daemon.
    operations.close();
    std::vector<std::shared_ptr<vm::Operation>> running;
    for (const auto& operation : operations.list()) {
        if (!operation->finished()) {
            operation->cancel("bangerd was told to stop");
            running.push_back(operation);
        }
    }
    for (const auto& operation : running) {
        co_await operation->done();
    }
    if (server) {
        co_await server->close(std::chrono::seconds(2));
    }
    ssh_files.reset(); // plugins that end take no names with them
    co_await vm::offload(control_threads, [this] { plugins.stop(); });
    server.reset();
    std::error_code code;
    std::filesystem::remove(paths.socket(), code);
    loop.stop();
}

void Daemon::Parts::ask_stop() {
    if (!stopping) {
        stopping = true;
        plugin_calls.end_of_start();
        if (socket_keeper) {
            socket_keeper->let_go();
        }
        asio::co_spawn(loop, stop(), [this](const std::exception_ptr& error) {
            if (error) { // it ends all the same
                failure = failure ? failure : error;
                loop.stop();
            }
        });
    }
}

Daemon::Daemon(config::Config config, os::UserPaths paths, std::shared_ptr<spdlog::logger> log)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(paths), std::move(log))) {}

Daemon::~Daemon() {
    parts_->control.join();
    parts_->action_pool.join();
    parts_->asking_pool.join();
    parts_->pool.join();
}

void Daemon::run() {
    Parts& parts = *parts_;
    parts.signals.async_wait([&parts](boost::system::error_code code, int) {
        if (!code) {
            parts.ask_stop();
        }
    });
    asio::co_spawn(parts.loop, parts.start(), [&parts](const std::exception_ptr& error) {
        if (error) {
            parts.failure = error;
            parts.ask_stop();
        }
    });
    parts.loop.run();
    if (parts.failure) {
        std::rethrow_exception(parts.failure);
    }
}

} // namespace banger::daemon
