#include "daemon/services.hpp"

#include "daemon/local_api.hpp"
#include "daemon/on_loop.hpp"
#include "daemon/operation_board.hpp"
#include "daemon/status.hpp"
#include "os/error.hpp"
#include "store/kv_table.hpp"
#include "supervisor/client.hpp"
#include "vm/events.hpp"
#include "vm/machines.hpp"

#include <map>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::daemon {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using plugin::Deadline;

namespace {

std::chrono::milliseconds left(Deadline deadline) {
    return std::max(std::chrono::milliseconds(1),
                    std::chrono::duration_cast<std::chrono::milliseconds>(
                        deadline - std::chrono::steady_clock::now()));
}

class Values final : public plugin::KeyValues {
  public:
    explicit Values(const PluginServices::Parts& parts) : parts_(parts) {}
    std::optional<std::string> find(const std::string& plugin, const std::string& key) override {
        return table([&](store::KvTable& kv) { return kv.find(plugin, key); });
    }
    std::vector<std::string> keys(const std::string& plugin, const std::string& prefix) override {
        return table([&](store::KvTable& kv) { return kv.keys(plugin, prefix); });
    }
    void set(const std::string& plugin, const std::string& key, const std::string& value) override {
        table([&](store::KvTable& kv) { kv.set(plugin, key, value); });
    }
    void remove(const std::string& plugin, const std::string& key) override {
        table([&](store::KvTable& kv) { (void)kv.remove(plugin, key); });
    }

  private:
    template <class F>
    std::invoke_result_t<F, store::KvTable&> table(F use) {
        return on_loop(parts_.loop, [this, use] {
            store::KvTable kv(parts_.database);
            return use(kv);
        });
    }
    const PluginServices::Parts& parts_;
};

class Privileged final : public plugin::PrivilegedSteps {
  public:
    explicit Privileged(const PluginServices::Parts& parts) : parts_(parts) {}
    std::string run(const std::string& verb, const std::string& args_json, Deadline deadline,
                    int cancel_fd, const Log& log) override {
        const auto record = [&log](const privileged::CallRecord& call) {
            if (log) {
                log(call.command, std::chrono::ceil<std::chrono::milliseconds>(call.time), call.ok);
            }
        };
        return parts_.privileged
            .run(verb, json::parse(args_json), left(deadline), cancel_fd, record)
            .dump();
    }
    std::string readiness_json() override { return to_json(parts_.privileged.readiness()).dump(); }

  private:
    const PluginServices::Parts& parts_;
};

class Network final : public plugin::NetworkFactsSource {
  public:
    explicit Network(const PluginServices::Parts& parts) : parts_(parts) {}
    plugin::NetworkFacts network() override {
        const vm::Settings& settings = parts_.settings;
        plugin::NetworkFacts facts;
        facts.bridge = settings.bridge;
        facts.subnet = settings.subnet.text();
        facts.gateway = settings.subnet.host(1).text();
        facts.domain = settings.domain;
        facts.prefix_length = static_cast<std::uint32_t>(settings.subnet.prefix);
        facts.mtu = settings.mtu;
        facts.owner_uid = ::getuid();
        return facts;
    }
    std::optional<plugin::VmAddress> find_vm(const std::string& vm_id) override {
        return on_loop(parts_.loop, [&]() -> std::optional<plugin::VmAddress> {
            const auto machine = parts_.machines.find_id(vm_id);
            if (!machine) {
                return std::nullopt;
            }
            return plugin::VmAddress{machine->row.ip, machine->row.mac,
                                     machine->name() + "." + parts_.settings.domain};
        });
    }

  private:
    const PluginServices::Parts& parts_;
};

class Directory final : public plugin::VmDirectory {
  public:
    explicit Directory(const PluginServices::Parts& parts) : parts_(parts) {}
    std::string list_json() override {
        return on_loop(parts_.loop, [this] {
            json vms = json::array();
            for (const auto& machine : parts_.machines.list()) {
                vms.push_back(vm::to_json(*machine, parts_.settings));
            }
            return vms.dump();
        });
    }
    std::optional<std::string> find_json(const std::string& name_or_id) override {
        return on_loop(parts_.loop, [&]() -> std::optional<std::string> {
            auto machine = parts_.machines.find(name_or_id);
            if (!machine) {
                machine = parts_.machines.find_id(name_or_id);
            }
            return machine ? std::optional(vm::to_json(*machine, parts_.settings).dump())
                           : std::nullopt;
        });
    }

  private:
    const PluginServices::Parts& parts_;
};

/// Who listens among the plugins. [loop]
struct EventFan {
    std::map<std::uint64_t, plugin::EventStream::Listener> listeners;
    std::uint64_t next = 0;
    vm::Events::Subscription source;

    void tell(const json& event) const {
        if (listeners.empty()) {
            return;
        }
        const auto text = std::make_shared<const std::string>(event.dump());
        for (const auto& [id, listener] : listeners) { // they return at once, and change nothing
            listener(event.value("type", ""), text);
        }
    }
};

class EventSubscription final : public plugin::Following {
  public:
    EventSubscription(boost::asio::io_context& loop, std::shared_ptr<EventFan> fan,
                      std::uint64_t id)
        : loop_(loop), fan_(std::move(fan)), id_(id) {}
    // NOLINTNEXTLINE(bugprone-exception-escape): without memory for this the daemon may end
    ~EventSubscription() override {
        boost::asio::post(loop_, [fan = fan_, id = id_] { fan->listeners.erase(id); });
    }

  private:
    boost::asio::io_context& loop_;
    std::shared_ptr<EventFan> fan_;
    std::uint64_t id_;
};

class EventBus final : public plugin::EventStream {
  public:
    explicit EventBus(const PluginServices::Parts& parts) : parts_(parts) {}
    void publish(const std::string& type, const std::string& data_json) override {
        json data = json::parse(data_json, nullptr, false);
        if (!data.is_object()) {
            throw Error(ErrorKind::invalid, "event " + type + ": its data must be a JSON object");
        }
        boost::asio::post(parts_.loop, [this, type, data = std::move(data)] {
            parts_.events.publish(type, data);
        });
    }
    std::unique_ptr<plugin::Following> subscribe(Listener listener) override {
        return on_loop(parts_.loop, [&]() -> std::unique_ptr<plugin::Following> {
            const std::uint64_t id = fan_->next++;
            if (id == 0) {
                fan_->source = parts_.events.subscribe(
                    [fan = fan_.get()](const json& event) { fan->tell(event); });
            }
            fan_->listeners.emplace(id, std::move(listener));
            return std::make_unique<EventSubscription>(parts_.loop, fan_, id);
        });
    }

  private:
    const PluginServices::Parts& parts_;
    std::shared_ptr<EventFan> fan_ = std::make_shared<EventFan>();
};

class Guests final : public plugin::GuestStreams {
  public:
    explicit Guests(const PluginServices::Parts& parts) : parts_(parts) {}
    os::UniqueFd open(const std::string& vm_id, std::uint32_t port, Deadline deadline,
                      int /*cancel_fd: a connect is bounded by its deadline*/) override {
        const auto process = on_loop(parts_.loop, [&] {
            const auto machine = parts_.machines.find_id(vm_id);
            if (!machine || !machine->process || machine->ended) {
                throw Error(ErrorKind::unavailable, "VM " + vm_id + " does not run");
            }
            return *machine->process;
        });
        return process.connect_guest(port, left(deadline));
    }

  private:
    const PluginServices::Parts& parts_;
};

class GuestFacts final : public plugin::GuestFactsBoard {
  public:
    explicit GuestFacts(const PluginServices::Parts& parts) : parts_(parts) {}
    void put(const std::string& vm_id, const std::string& facts_json) override {
        boost::asio::post(parts_.loop, [this, vm_id, facts_json] {
            if (const auto machine = parts_.machines.find_id(vm_id); machine && machine->runs()) {
                machine->hear(facts_json);
            }
        });
    }

  private:
    const PluginServices::Parts& parts_;
};

} // namespace

struct PluginServices::State {
    explicit State(Parts given)
        : parts(std::move(given)), values(parts), privileged(parts), network(parts),
          directory(parts), events(parts), guests(parts), guest_facts(parts),
          api(parts.loop, parts.router), operations(parts.loop, parts.operations) {}

    Parts parts;
    Values values;
    Privileged privileged;
    Network network;
    Directory directory;
    EventBus events;
    Guests guests;
    GuestFacts guest_facts;
    LocalApi api;
    OperationBoard operations;
};

PluginServices::PluginServices(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {}
PluginServices::~PluginServices() = default;

void PluginServices::fill(plugin::Services& services) const {
    services.kv = &state_->values;
    services.privileged = &state_->privileged;
    services.network = &state_->network;
    services.vms = &state_->directory;
    services.events = &state_->events;
    services.api = &state_->api;
    services.operations = &state_->operations;
    services.guest = &state_->guests;
    services.guest_facts = &state_->guest_facts;
}

} // namespace banger::daemon
