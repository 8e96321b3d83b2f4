#include "ground.hpp"

#include "os/file.hpp"
#include "store/database.hpp"
#include "store/query.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

namespace banger::rollback {
namespace {

constexpr std::chrono::seconds patience{100}; ///< with an operation, on a machine at its limits

plugin::Settings plugin_settings(const Ground& ground, const std::string& slow) {
    plugin::Settings settings;
    settings.path = {BANGER_ROLLBACK_PLUGINS};
    settings.daemon_version = "0.1.0";
    settings.state_dir = ground.dir / "plugins";
    settings.uid = ::getuid();
    for (const std::string& id : holders) {
        plugin::EntrySettings& entry = settings.entries[id];
        entry.place = "config.yaml:1:1";
        entry.config_json = R"({"dir":")" + (ground.dir / "host").string() + R"("})";
        if (id == slow) {
            entry.timeout = slow_limit;
        }
    }
    return settings;
}

plugin::Timeouts timeouts(const std::string& slow) {
    plugin::Timeouts times;
    times.hook = std::chrono::seconds(60); // sanitizers on a busy machine
    times.contribute = slow.empty() ? times.hook : std::chrono::milliseconds(slow_limit);
    times.control = times.hook;
    times.grace = std::chrono::seconds(20);
    return times;
}

/// Every state that a record of the undo journal was in, also of one that was dropped since.
constexpr std::array history_sql{
    "CREATE TABLE journal_history (number INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER, "
    "plugin TEXT, hook TEXT, state TEXT)",
    "CREATE TRIGGER history_of_begin AFTER INSERT ON hook_journal BEGIN "
    "INSERT INTO journal_history (seq, plugin, hook, state) "
    "VALUES (new.seq, new.plugin, new.hook, new.state); END",
    "CREATE TRIGGER history_of_change AFTER UPDATE OF state ON hook_journal BEGIN "
    "INSERT INTO journal_history (seq, plugin, hook, state) "
    "VALUES (new.seq, new.plugin, new.hook, new.state); END",
    "CREATE TRIGGER history_of_end AFTER DELETE ON hook_journal BEGIN "
    "INSERT INTO journal_history (seq, plugin, hook, state) "
    "VALUES (old.seq, old.plugin, old.hook, 'dropped'); END"};

} // namespace

void Ground::make() const {
    os::make_private_dir(dir);
    World::make_bundle(dir / "bundle");
    os::write_file_atomic(dir / "vhost-vsock", ""); // as if the kernel had it
    for (const char* folder : {"host", "host/held", "host/taps"}) {
        fs::create_directories(dir / folder);
    }
    no_orders();
    store::Database database(dir / "banger.sqlite");
    for (const char* statement : history_sql) {
        store::Query(database, statement).run();
    }
}

void Ground::order(const std::string& plugin, const std::string& hook,
                   const std::string& how) const {
    std::ofstream(dir / "host/orders", std::ios::app)
        << plugin << ' ' << hook << ' ' << how << '\n';
}

void Ground::no_orders() const {
    std::ofstream(dir / "host/orders", std::ios::trunc) << "";
}

std::vector<std::string> Ground::calls() {
    std::ifstream file(dir / "host/calls");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    std::vector<std::string> fresh(lines.begin() + static_cast<std::ptrdiff_t>(read_), lines.end());
    read_ = lines.size();
    return fresh;
}

std::set<std::string> Ground::held() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(dir / "host/held")) {
        std::string name = entry.path().filename();
        std::replace(name.begin(), name.end(), '.', ' ');
        all.insert(name);
    }
    for (const auto& entry : fs::directory_iterator(dir / "host/taps")) {
        std::string name = entry.path().filename();
        name[name.find('.')] = ' ';
        all.insert(name + " " + fs::read_symlink(entry.path()).string());
    }
    return all;
}

std::set<std::string> Ground::taps_of(const std::string& vm_id) const {
    std::set<std::string> taps;
    for (const std::string& line : held()) {
        const auto at = line.rfind(' ');
        if (line.substr(at + 1) == vm_id && line.find(" tap") != std::string::npos) {
            taps.insert(line.substr(0, at));
        }
    }
    return taps;
}

std::vector<int> Ground::processes() const {
    std::vector<int> found;
    const std::string mark = "BANGER_GROUND=" + dir.string() + '\0';
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        std::ifstream file(entry.path() / "environ", std::ios::binary);
        const std::string environment{std::istreambuf_iterator<char>(file), {}};
        if (environment.find(mark) != std::string::npos) {
            found.push_back(std::stoi(name));
        }
    }
    return found;
}

std::vector<std::string> Ground::left_over() const {
    std::vector<std::string> found;
    for (const char* folder : {"vms", "run"}) {
        if (!fs::exists(dir / folder)) {
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(dir / folder)) {
            found.push_back(entry.path().lexically_relative(dir));
        }
    }
    return found;
}

Daemon::Daemon(const Ground& ground, const std::string& slow)
    : catalog_(
          plugin_settings(ground, slow),
          [this] {
              plugin::Services services;
              services.log = [this](const plugin::LogLine& line) {
                  const std::scoped_lock hold(lock_);
                  lines_.push_back(line.text);
              };
              return services;
          }(),
          timeouts(slow)),
      world(ground.dir, ground.dir / "run", [this](store::HookJournal& journal) {
          return std::make_unique<plugin::Dispatch>(catalog_, journal);
      }) {
    ::setenv("BANGER_GROUND", ground.dir.c_str(), 1); // its VMs are known by it
    world.settings.agent_channel = vmm::ChannelKind::vsock;
    world.log = [this](std::string_view level, const std::string& text) {
        const std::scoped_lock hold(lock_);
        lines_.push_back(std::string(level) + " " + text);
    };
    catalog_.load();
    catalog_.start();
    if (catalog_.active().size() != holders.size()) {
        throw os::Error(os::ErrorKind::internal,
                        "a holder does not run: " + catalog_.list()[0].reason);
    }
}

Daemon::~Daemon() {
    catalog_.stop();
}

bool Daemon::busy() const {
    for (const auto& machine : world.machines.list()) {
        if (machine->busy()) {
            return true;
        }
    }
    return false;
}

void Daemon::take_up() {
    world.adopt();
    EXPECT_TRUE(world.wait([this] { return !busy(); }, patience));
}

vm::Lifecycle::Started Daemon::run(const vm::Lifecycle::Started& operation) {
    EXPECT_TRUE(world.wait([&] { return operation->finished(); }, patience));
    return operation;
}

vm::Lifecycle::Started Daemon::create(const std::string& name) {
    vm::CreateRequest request;
    request.name = name;
    return run(world.lifecycle.create(request));
}

bool Daemon::logged(const std::string& part) const {
    const std::scoped_lock hold(lock_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
        return line.find(part) != std::string::npos;
    });
}

} // namespace banger::rollback
