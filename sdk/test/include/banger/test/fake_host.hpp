#pragma once

#include "fake_exec.hpp"
#include "fake_json.hpp"
#include "fake_vm.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>

#include <dlfcn.h>

/// A host for the tests of a plugin: it loads the library, gives it every extension without any
/// daemon or VM, and writes down what the plugin does with them. C++17, headers only; the plugin
/// itself may be written in any language.
///
///   banger::fake::Host host("build/plugins/hello.so");
///   host.begin(R"({"greeting":"hi"})");      // create, init, on_start; throws when one fails.
///                                            // Defaults of the schemas are filled in
///   banger::fake::Vm vm;
///   assert(host.start(vm).done);             // before_start ... on_ready, with undo on failure
///   assert(host.misuse().empty());
namespace banger::fake {

class Host {
  public:
    explicit Host(const std::filesystem::path& plugin) : Host(load(plugin)) {}
    explicit Host(const banger_entry* entry);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    // NOLINTNEXTLINE(bugprone-exception-escape): a test that cannot end its plugin has failed
    ~Host(); ///< end(), and the state folder goes

    // ---- what the test sets, before begin() or between calls ----
    /// Of each call; 0: none. Unset: as the daemon's, hook_timeout_ms included.
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::chrono::milliseconds> cancel_after; ///< the next calls are cancelled then
    std::set<std::string> absent;           ///< extensions that this host lacks, by id
    std::map<std::string, Failure> fail;    ///< by function: "kv.set"; may_fail() lists them.
                                            ///< Or of one request: "api.request POST /v1/vms"
    std::map<std::string, std::string> kv;  ///< outlives the plugin: give it to the next Host
    std::map<std::string, std::string> vms; ///< of vm-query, by name: JSON, as Vm::spec_json
    std::string network = "172.30.88";      ///< first three numbers; VMs are .10 and up
    Programs programs = no_program;         ///< of exec; run_program runs them really
    /// Of the helper for root's steps: verb and arguments in, the result as JSON out.
    std::function<ProgramEnd(const std::string& verb, const std::string& args)> privileged;
    std::map<std::string, std::string> answers; ///< of the API, by "GET /v1/vms"; else 404
    struct ApiRequest {
        std::string method, target, body;
    };
    struct ApiAnswer {
        std::int32_t status = 200; ///< of HTTP; 0: the daemon did not answer
        std::string body;
    };
    /// Of the API, before `answers`, which say what this gives nothing for. On the thread of the
    /// call, of which a plugin may have several.
    std::function<std::optional<ApiAnswer>(const ApiRequest&)> api;
    /// Of guest-channel: a connected socket that the plugin will own, or a negative status.
    std::function<std::int32_t(const std::string& vm_id, std::uint32_t port)> channel;
    /// Told of each call into the plugin: what it is, its limit and, after it, elapsed().
    std::function<void(const banger_call&)> before_call, after_call;

    // ---- the plugin's life ----
    Outcome create(const std::string& config_json = "{}");
    Outcome init();
    Outcome on_start();
    void begin(const std::string& config_json = "{}"); ///< all three
    void end();                                        ///< may be begun again afterwards

    // ---- VMs ----
    Operation create(Vm& vm);
    Operation start(Vm& vm);
    Operation stop(Vm& vm);
    Operation remove(Vm& vm);
    Outcome reconcile(Vm& vm);
    Outcome undo(Vm& vm, std::uint32_t hook, std::uint32_t flags);
    Outcome contribute(const Vm& vm);
    Outcome validate(const Vm& vm, const std::string& merged_json);
    /// Any other function about a VM: wait of readiness, list of footprint.
    using VmFunction = std::function<banger_status(void* self, banger_call*, const banger_vm*)>;
    Outcome about(const Vm& vm, const VmFunction& function, const std::string& what = "hook");

    // ---- everything else ----
    /// An action: host.action(BANGER_IFACE_CLI, "ls").
    Outcome action(const char* interface_id, std::string_view name,
                   std::string_view args_json = "{}");
    using Function = std::function<banger_status(void* self, banger_call*)>;
    Outcome call(const std::string& what, const Function& function);
    /// The plugin's table of an interface; null when it has none.
    template <class Table>
    [[nodiscard]] const Table* table(const char* id) const {
        return static_cast<const Table*>(find(id));
    }
    [[nodiscard]] const banger_entry& entry() const { return *entry_; }
    std::vector<Job> run_jobs(); ///< runs each that was begun, one after the other
    std::size_t fire_timers();   ///< runs each, due or not, once; how many there were
    /// An event as GET /v1/events gives it, to those who follow its type.
    std::size_t event(const std::string& type, const std::string& event_json);
    /// A line of a stream to those who follow that target.
    std::size_t line(const std::string& target, const std::string& line, bool over = false);
    void cancel(); ///< every call that is open, also those of the plugin's threads
    [[nodiscard]] Recorded recorded() const;
    /// What a real host would have refused, logged or been hurt by; a good plugin has none.
    [[nodiscard]] std::vector<std::string> misuse() const { return recorded().misuse; }
    [[nodiscard]] std::size_t open_calls() const; ///< of the plugin's threads
    [[nodiscard]] const banger_host* raw() const { return &handle_.table; }
    [[nodiscard]] std::filesystem::path state_dir() const { return state_dir_; }

    static const banger_entry* load(const std::filesystem::path& plugin);

  private:
    friend struct Results;
    friend struct Tables;
    friend struct Extensions;
    friend struct Builder;
    friend struct Background;
    friend struct Jobs;
    struct Handle { // what the plugin has is the address of `table`, and so of the whole
        banger_host table;
        Host* owner;
    };
    struct Follower {
        std::string what;
        void (*function)(void* context, banger_call*, banger_str line, std::int32_t over);
        banger_timer_fn timer;
        banger_event_fn event;
        void* context;
        bool again;
    };
    using Hook = banger_vm_hook banger_vm_lifecycle::*;
    [[nodiscard]] const void* find(const char* id) const;
    [[nodiscard]] std::chrono::milliseconds time_of(std::string_view what) const;
    Outcome timed(const std::string& what, std::chrono::milliseconds limit,
                  const Function& function);
    [[nodiscard]] std::string spec_of(const Vm& vm) const;
    [[nodiscard]] std::string listed(const std::string& name, const std::string& json) const;
    std::shared_ptr<banger_call> open(const std::string& what, std::chrono::milliseconds limit);
    Outcome finish(const std::shared_ptr<banger_call>& call, banger_status status);
    template <class Use>
    Outcome with_vm(const Vm& vm, const std::string& what, Use use,
                    const std::function<void(banger_call&)>& prepare = {});
    bool step(Vm& vm, Operation& operation, const char* name, Hook hook, std::uint32_t number);
    void take_back(Vm& vm, Operation& operation, std::uint32_t first, std::uint32_t last,
                   std::uint32_t failed);
    void fails(Vm& vm, Operation& operation, const char* name, Outcome outcome,
               std::uint32_t number);
    std::size_t deliver(const std::map<std::uint64_t, Follower>& followers, const std::string& what,
                        const std::function<void(const Follower&, banger_call*)>& use);
    void record(const std::string& what);
    void misused(const std::string& what);

    Handle handle_{};
    const banger_entry* entry_;
    void* self_ = nullptr;
    bool initialised_ = false, started_ = false, ending_ = false;
    std::string state_text_;
    std::filesystem::path state_dir_;
    mutable std::recursive_mutex mutex_;
    std::recursive_mutex turn_; ///< held while a timer, an event or a line is delivered
    Recorded recorded_;
    std::deque<std::shared_ptr<banger_call>> calls_; ///< all there ever were
    std::set<banger_call*> threads_;                 ///< opened by the plugin
    std::map<std::uint64_t, Follower> followers_;
    std::uint64_t last_id_ = 0;
    Job* running_job_ = nullptr;
    std::deque<Job> jobs_;               ///< begun, and not run yet
    std::vector<std::string> addresses_; ///< ids of VMs
};

} // namespace banger::fake

#include "fake_begin.hpp"
#include "fake_calls.hpp"
#include "fake_delivery.hpp"
#include "fake_lifecycle.hpp"
#include "fake_results.hpp"
#include "fake_spec.hpp"
