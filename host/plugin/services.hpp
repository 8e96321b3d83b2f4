#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banger::vm {
struct CallContext;
}

/// What the SDK's extensions stand on, given by the daemon (and by fakes in tests). Every function
/// may be called from any thread but the loop, may block, and fails with os::Error.
namespace banger::plugin {

class Breadcrumb;
class Quarantine;

using Deadline = std::chrono::steady_clock::time_point;

/// Small values of one plugin, durable when a call returns.
class KeyValues {
  public:
    virtual ~KeyValues() = default;
    [[nodiscard]] virtual std::optional<std::string> find(const std::string& plugin,
                                                          const std::string& key) = 0;
    [[nodiscard]] virtual std::vector<std::string> keys(const std::string& plugin,
                                                        const std::string& prefix) = 0;
    virtual void set(const std::string& plugin, const std::string& key,
                     const std::string& value) = 0;
    virtual void remove(const std::string& plugin, const std::string& key) = 0;
};

/// The helper that does what needs root.
class PrivilegedSteps {
  public:
    using Log =
        std::function<void(const std::string& command, std::chrono::milliseconds time, bool ok)>;
    virtual ~PrivilegedSteps() = default;
    /// The verb's result as JSON text. `log` gets the command that was run.
    [[nodiscard]] virtual std::string run(const std::string& verb, const std::string& args_json,
                                          Deadline deadline, int cancel_fd, const Log& log) = 0;
    [[nodiscard]] virtual std::string readiness_json() = 0; ///< {"mode","ready","command"}
};

struct NetworkFacts {
    std::string bridge, subnet, gateway, domain;
    std::uint32_t prefix_length = 0, mtu = 0, owner_uid = 0;
};
struct VmAddress {
    std::string address, mac, fqdn;
};

class NetworkFactsSource {
  public:
    virtual ~NetworkFactsSource() = default;
    [[nodiscard]] virtual NetworkFacts network() = 0;
    [[nodiscard]] virtual std::optional<VmAddress> find_vm(const std::string& vm_id) = 0;
};

class VmDirectory {
  public:
    virtual ~VmDirectory() = default;
    [[nodiscard]] virtual std::string list_json() = 0;
    [[nodiscard]] virtual std::optional<std::string> find_json(const std::string& name_or_id) = 0;
};

/// Held as long as something is followed; dropping it ends that. A call that has begun may still
/// finish meanwhile.
class Following {
  public:
    virtual ~Following() = default;
};

class EventStream {
  public:
    /// One text for all that listen, however long it waits for each of them.
    using Text = std::shared_ptr<const std::string>;
    using Listener = std::function<void(const std::string& type, const Text& event_json)>;
    virtual ~EventStream() = default;
    virtual void publish(const std::string& type, const std::string& data_json) = 0;
    /// The listener is called on any one thread, in order, and returns at once.
    [[nodiscard]] virtual std::unique_ptr<Following> subscribe(Listener listener) = 0;
};

struct ApiAnswer {
    int status = 0;
    std::string content_type, body;
};

class ApiAccess {
  public:
    /// A line, or the end with the reason (empty when it ended by itself).
    using Line = std::function<void(const std::string& line, bool over)>;
    virtual ~ApiAccess() = default;
    [[nodiscard]] virtual ApiAnswer request(const std::string& plugin, const std::string& method,
                                            const std::string& target, const std::string& body_json,
                                            Deadline deadline, int cancel_fd) = 0;
    [[nodiscard]] virtual std::unique_ptr<Following> follow(const std::string& target,
                                                            Line line) = 0;
};

class GuestStreams {
  public:
    virtual ~GuestStreams() = default;
    /// A connected, blocking socket. not_found, unavailable, timeout.
    [[nodiscard]] virtual os::UniqueFd open(const std::string& vm_id, std::uint32_t port,
                                            Deadline deadline, int cancel_fd) = 0;
};

/// What a plugin knows of the guest of a VM that runs; shown with the VM.
class GuestFactsBoard {
  public:
    virtual ~GuestFactsBoard() = default;
    /// One JSON object, in the place of what was there. Does not wait.
    virtual void put(const std::string& vm_id, const std::string& facts_json) = 0;
};

/// Long jobs of plugins as operations of the daemon.
class OperationBoard {
  public:
    struct Result {
        std::string json; ///< one object, or empty
        std::optional<os::Error> error;
    };
    using Done = std::function<void(Result)>;
    /// Called once, on any one thread; returns at once. `done` is to be called once, on any thread.
    /// The context is cancelled with the operation, and good until then.
    using Job = std::function<void(std::shared_ptr<vm::CallContext> context, Done done)>;

    virtual ~OperationBoard() = default;
    /// Begins an operation that this initiator asked for; its id. Throws unavailable while the
    /// daemon is being stopped.
    [[nodiscard]] virtual std::string start(const std::string& kind, const std::string& target,
                                            const std::string& initiator, Job job) = 0;
};

/// Where log lines of plugins, and of the host about plugins, go. Level as in abi.h.
struct LogLine {
    int level = 0;
    std::string plugin, vm, hook, operation;
    std::string text;
    std::vector<std::pair<std::string, std::string>> fields;
};

/// A null service: hosts without it do not have that extension.
struct Services {
    std::function<void(const LogLine&)> log;
    std::function<bool(int level)> log_enabled;
    KeyValues* kv = nullptr;
    PrivilegedSteps* privileged = nullptr;
    NetworkFactsSource* network = nullptr;
    VmDirectory* vms = nullptr;
    EventStream* events = nullptr;
    ApiAccess* api = nullptr;
    GuestStreams* guest = nullptr;
    GuestFactsBoard* guest_facts = nullptr;
    OperationBoard* operations = nullptr;
    // Of the host itself.
    Breadcrumb* calls = nullptr;      ///< null: nobody notes which calls are under way
    Quarantine* quarantine = nullptr; ///< null: nobody is in quarantine
};

} // namespace banger::plugin
