#include "plugin_host.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::plugin {

std::optional<std::string> FakeKeyValues::find(const std::string& plugin, const std::string& key) {
    const std::scoped_lock hold(lock_);
    const auto found = values_.find({plugin, key});
    return found == values_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> FakeKeyValues::keys(const std::string& plugin, const std::string& prefix) {
    const std::scoped_lock hold(lock_);
    std::vector<std::string> result;
    for (const auto& [key, value] : values_) {
        if (key.first == plugin && key.second.starts_with(prefix)) {
            result.push_back(key.second);
        }
    }
    return result;
}

void FakeKeyValues::require_space() const {
    if (disk_full) {
        throw os::Error(os::ErrorKind::exhausted, "the disk is full");
    }
}

void FakeKeyValues::set(const std::string& plugin, const std::string& key,
                        const std::string& value) {
    require_space();
    const std::scoped_lock hold(lock_);
    values_[{plugin, key}] = value;
}

void FakeKeyValues::remove(const std::string& plugin, const std::string& key) {
    require_space();
    const std::scoped_lock hold(lock_);
    values_.erase({plugin, key});
}

void FakeEvents::publish(const std::string& type, const std::string& data_json) {
    std::vector<Listener> all;
    {
        const std::scoped_lock hold(lock);
        published.push_back(type + " " + data_json);
        for (const auto& [id, listener] : listeners) {
            all.push_back(listener);
        }
    }
    for (const Listener& listener : all) {
        listener(type, std::make_shared<const std::string>(R"({"type":")" + type + R"(","data":)" +
                                                           data_json + "}"));
    }
}

std::unique_ptr<Following> FakeEvents::subscribe(Listener listener) {
    struct Held : Following {
        Held(FakeEvents& all, int key) : events(all), id(key) {}
        ~Held() override {
            const std::scoped_lock hold(events.lock);
            events.listeners.erase(id);
        }
        FakeEvents& events;
        int id;
    };
    const std::scoped_lock hold(lock);
    const int id = listeners.empty() ? 1 : listeners.rbegin()->first + 1;
    listeners.emplace(id, std::move(listener));
    return std::make_unique<Held>(*this, id);
}

std::optional<VmAddress> FakeNetwork::find_vm(const std::string& vm_id) {
    if (vm_id != "0123456789ab") {
        return std::nullopt;
    }
    return VmAddress{"10.9.8.7", "02:00:00:00:00:07", "web.vm"};
}

std::string FakePrivileged::run(const std::string& verb, const std::string& args_json, Deadline,
                                int, const Log& log) {
    const bool ok = verb != "tap-refuse";
    log("banger-priv " + verb, std::chrono::milliseconds(3), ok);
    if (!ok) {
        throw os::Error(os::ErrorKind::permission, "tap-refuse: sudo wants a password",
                        "run: sudo -v");
    }
    return R"({"verb":")" + verb + R"(","args":)" + args_json + "}";
}

std::optional<std::string> FakeVms::find_json(const std::string& name_or_id) {
    return name_or_id == "web" ? std::optional<std::string>(R"({"name":"web"})") : std::nullopt;
}

ApiAnswer FakeApi::request(const std::string& plugin, const std::string& method,
                           const std::string& target, const std::string& body_json, Deadline, int) {
    if (plugin.empty()) {
        throw os::Error(os::ErrorKind::internal, "nobody asks");
    }
    if (target == "/broken") {
        throw os::Error(os::ErrorKind::unavailable, "the daemon is \"ending\"", "wait");
    }
    return {201, "application/json", method + " " + target + " " + body_json};
}

std::unique_ptr<Following> FakeApi::follow(const std::string& target, Line line) {
    for (int i = 1; i <= 3; ++i) {
        line(target + " line " + std::to_string(i), false);
    }
    line("", true);
    return std::make_unique<Following>();
}

void FakeOperations::tell(std::string text) {
    const std::scoped_lock hold(lock_);
    told_.push_back(std::move(text));
}

std::vector<std::string> FakeOperations::told() const {
    const std::scoped_lock hold(lock_);
    return told_;
}

std::string FakeOperations::start(const std::string& kind, const std::string& target,
                                  const std::string& initiator, Job job) {
    if (closed) {
        throw os::Error(os::ErrorKind::unavailable, "bangerd is stopping");
    }
    tell(kind + " " + target);
    initiators.push_back(initiator);
    cancel_fds_.emplace_back(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    auto context = std::make_shared<vm::CallContext>();
    context->operation_id = "op-" + std::to_string(cancel_fds_.size());
    context->cancel_fd = cancel_fds_.back().get();
    context->stage = [this](const std::string& name) { tell("stage " + name); };
    context->reaches = [this](int percent) { tell("reaches " + std::to_string(percent)); };
    context->progress = [this](std::uint64_t done, std::uint64_t total, bool bytes) {
        tell(std::to_string(done) + "/" + std::to_string(total) + (bytes ? " bytes" : " items"));
    };
    context->log = [this](std::string_view level, const std::string& text) {
        tell(std::string(level) + " " + text);
    };
    const auto promise = std::make_shared<std::promise<Result>>();
    result_ = promise->get_future();
    job(context, [promise, context](Result result) { promise->set_value(std::move(result)); });
    return context->operation_id;
}

void FakeOperations::cancel() const {
    ::eventfd_write(cancel_fds_.back().get(), 1);
}

void FakeOperations::cancel_all() const {
    for (const os::UniqueFd& fd : cancel_fds_) {
        ::eventfd_write(fd.get(), 1);
    }
}

OperationBoard::Result FakeOperations::wait() {
    return result_.get();
}

PluginHost::PluginHost() {
    std::filesystem::create_directory(plugins);
    settings.path = {plugins};
    settings.daemon_version = "0.1.0";
    settings.state_dir = dir.path() / "state";
    settings.uid = ::getuid();
    services.log = [this](const LogLine& line) {
        const std::scoped_lock hold(lock_);
        lines_.push_back(line);
    };
    services.kv = &kv;
    services.events = &events;
    services.network = &network;
    services.privileged = &privileged;
    services.vms = &vms;
    services.api = &api;
    services.operations = &operations;
    timeouts.hook = std::chrono::seconds(20); // sanitizers on a busy machine
    timeouts.contribute = std::chrono::seconds(20);
    timeouts.control = std::chrono::seconds(20);
    context.log = [this](std::string_view level, const std::string& text) {
        const std::scoped_lock hold(lock_);
        operation_log.push_back(std::string(level) + " " + text);
    };
}

PluginHost::~PluginHost() {
    let_go(); // no thread may outlive what it writes to
    for (int i = 0; catalog && i < 1000; ++i) {
        const auto all = catalog->active();
        if (std::none_of(all.begin(), all.end(),
                         [](const Plugin* plugin) { return plugin->state() == State::stuck; })) {
            break;
        }
        ::usleep(10'000);
    }
    dispatch.reset();
    catalog.reset();
}

std::filesystem::path PluginHost::add(const std::string& plugin, const std::string& orders,
                                      const std::string& name) {
    const std::string id = name.empty() ? plugin : name;
    const auto file = plugins / (id + ".so");
    std::filesystem::copy_file(std::filesystem::path(BANGER_TEST_PLUGINS) / (plugin + ".so"), file);
    ::chmod(file.c_str(), 0755);
    EntrySettings& entry = settings.entries[id];
    entry.place = "config.yaml:1:1";
    if (plugin.starts_with("rec-")) {
        entry.config_json = R"({"log":")" + log.string() + R"(","orders":")" + orders + R"("})";
    }
    return file;
}

std::string PluginHost::load() {
    catalog = std::make_unique<Catalog>(settings, services, timeouts, threads);
    dispatch = std::make_unique<Dispatch>(*catalog, journal);
    return error_of([&] {
        catalog->load();
        catalog->start();
    });
}

void PluginHost::stop() {
    catalog->stop();
}

std::vector<std::string> PluginHost::recorded() {
    std::ifstream file(log);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    std::vector<std::string> fresh(lines.begin() + static_cast<std::ptrdiff_t>(read_), lines.end());
    read_ = lines.size();
    return fresh;
}

PluginInfo PluginHost::info(const std::string& id) const {
    for (PluginInfo& plugin : catalog->list()) {
        if (plugin.id == id) {
            return std::move(plugin);
        }
    }
    return {};
}

bool PluginHost::logged(const std::string& part) const {
    const std::scoped_lock hold(lock_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const LogLine& line) {
        return line.text.find(part) != std::string::npos;
    });
}

std::vector<std::string> PluginHost::open_records() const {
    std::vector<std::string> result;
    for (const store::JournalRecord& record : journal.open_records()) {
        result.push_back(record.plugin + " " + record.hook + " " +
                         std::string(store::to_string(record.state)));
    }
    return result;
}

void PluginHost::let_go() const {
    std::ofstream(log.string() + ".go") << "go";
}

} // namespace banger::plugin
