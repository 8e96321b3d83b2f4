#include "plugin/absent_services.hpp"

#include "os/error.hpp"

namespace banger::plugin {

namespace {

[[noreturn]] void refuse() {
    throw os::Error(os::ErrorKind::unavailable, "only the configuration is checked now",
                    "create() must work without the host");
}

struct Values : KeyValues {
    std::optional<std::string> find(const std::string&, const std::string&) override { refuse(); }
    std::vector<std::string> keys(const std::string&, const std::string&) override { refuse(); }
    void set(const std::string&, const std::string&, const std::string&) override { refuse(); }
    void remove(const std::string&, const std::string&) override { refuse(); }
};

struct Privileged : PrivilegedSteps {
    std::string run(const std::string&, const std::string&, Deadline, int, const Log&) override {
        refuse();
    }
    std::string readiness_json() override { refuse(); }
};

struct Network : NetworkFactsSource {
    NetworkFacts network() override { refuse(); }
    std::optional<VmAddress> find_vm(const std::string&) override { refuse(); }
};

struct Directory : VmDirectory {
    std::string list_json() override { refuse(); }
    std::optional<std::string> find_json(const std::string&) override { refuse(); }
};

struct Events : EventStream {
    void publish(const std::string&, const std::string&) override { refuse(); }
    std::unique_ptr<Following> subscribe(Listener) override { refuse(); }
};

struct Api : ApiAccess {
    ApiAnswer request(const std::string&, const std::string&, const std::string&,
                      const std::string&, Deadline, int) override {
        refuse();
    }
    std::unique_ptr<Following> follow(const std::string&, Line) override { refuse(); }
};

struct Guests : GuestStreams {
    os::UniqueFd open(const std::string&, std::uint32_t, Deadline, int) override { refuse(); }
};

struct Facts : GuestFactsBoard {
    void put(const std::string&, const std::string&) override { refuse(); }
};

struct Operations : OperationBoard {
    std::string start(const std::string&, const std::string&, const std::string&, Job) override {
        refuse();
    }
};

} // namespace

struct AbsentServices::State {
    Values values;
    Privileged privileged;
    Network network;
    Directory directory;
    Events events;
    Api api;
    Guests guests;
    Facts guest_facts;
    Operations operations;
};

AbsentServices::AbsentServices() : state_(std::make_unique<State>()) {}
AbsentServices::~AbsentServices() = default;

Services AbsentServices::get() const {
    Services services;
    services.kv = &state_->values;
    services.privileged = &state_->privileged;
    services.network = &state_->network;
    services.vms = &state_->directory;
    services.events = &state_->events;
    services.api = &state_->api;
    services.guest = &state_->guests;
    services.guest_facts = &state_->guest_facts;
    services.operations = &state_->operations;
    return services;
}

} // namespace banger::plugin
