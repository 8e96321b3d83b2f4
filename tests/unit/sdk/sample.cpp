// A plugin that does a little of everything, well or badly, as its settings say.
#include <banger/plugin.hpp>

#include <optional>
#include <string>

#include <poll.h>

namespace {

class Sample {
  public:
    static constexpr const char* id = "sample";
    static constexpr const char* name = "Sample";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* config_schema =
        R"({"additionalProperties": true, "properties": {"prefix": {"default": "vm-"}}})";
    static constexpr banger_option options[] = {
        banger::option("level", nullptr, R"({"type": "integer", "default": 3})"),
        banger::option("where", nullptr,
                       R"({"default": {}, "properties": {"zone": {"default": "a"}}})"),
        banger::option("free", nullptr, R"({"type": "string"})")};

    Sample(banger::Host host, banger::Call& call, std::string_view config)
        : host_(host), kv_(host), config_(config), created_(call.raw()) {
        if (config_ == "refuse") {
            throw banger::Error(BANGER_E_INVALID, "port: must be even", "say 2");
        }
    }
    void init(banger::Call&) {
        if (config_ == "no init") {
            throw banger::Error(BANGER_E_UNAVAILABLE, "no init today");
        }
    }
    void on_start(banger::Call&) {
        if (config_ == "no start") {
            throw banger::Error(BANGER_E_UNAVAILABLE, "no start today");
        }
        timer_.emplace(host_, std::chrono::seconds(1), std::chrono::seconds(1),
                       [this](banger::Call& call) { kv_.set(call, "ticked", "yes"); });
        events_.emplace(host_, "vm.", [this](banger::Call& call, std::string_view event) {
            kv_.set(call, "event", event);
        });
        following_.emplace(host_, "/v1/events",
                           [this](banger::Call& call, std::string_view line, bool over) {
                               kv_.set(call, over ? "over" : "line", line);
                           });
        thread_.emplace(host_, "worker", [](banger::Call& call) {
            pollfd entry{call.cancel_fd(), POLLIN, 0};
            ::poll(&entry, 1, -1);
        });
    }
    void on_stop(banger::Call& call) { kv_.set(call, "stopped", "yes"); }
    banger_status before_start(banger::Call& call, const banger::Vm& vm) {
        if (config_ == "skip") {
            return BANGER_SKIP;
        }
        call.cookie("first");
        kv_.set(call, vm.id(), vm.name());
        if (config_ == "late") {
            banger::Host(host_).raw()->call_emit(created_, BANGER_EMIT_TEXT, banger::str("late"));
        }
        return BANGER_OK;
    }
    void contribute(banger::Call&, const banger::Vm& vm, banger::GuestConfig& guest) {
        guest.kernel_arg("cookie", vm.cookie());
        guest.drive("data", config_ == "relative" ? "data.img" : "/data.img", true);
    }
    void after_start(banger::Call& call, const banger::Vm&) {
        if (config_ == "skip") {
            throw banger::Error(BANGER_E_CONFLICT, "after all not");
        }
        call.cookie("second");
    }
    void after_stop(banger::Call& call, const banger::Vm& vm) { kv_.remove(call, vm.id()); }
    void undo(banger::Call& call, const banger::Vm& vm, std::uint32_t hook, std::uint32_t flags) {
        seen_ += std::to_string(hook) + ":" + std::to_string(flags) + ":" +
                 std::string(vm.cookie()) + " ";
        kv_.remove(call, vm.id());
        kv_.set(call, "undone", seen_);
    }
    void run(banger::Call& call, std::string_view args) {
        const banger::Exec exec(host_);
        call.emit_text(banger::view(exec.run(call, {"sh", "-c", args}, "typed").out));
    }
    void linger(banger::Call& call, std::string_view) {
        pollfd entry{call.cancel_fd(), POLLIN, 0};
        ::poll(&entry, 1, 5000);
        call.check();
    }
    void begin(banger::Call& call, std::string_view) {
        const banger::Operations operations(host_);
        call.emit_text(operations.start(call, "copy", "a to b", [this](banger::Job& job) {
            job.stage("read");
            job.output("a line");
            job.stage("write");
            kv_.set(job.call, "copied", "yes");
            job.result(R"({"bytes":3})");
        }));
    }
    void look_away(banger::Call&, std::string_view) { following_.reset(); }
    void settings(banger::Call& call, std::string_view args) {
        call.emit_text(config_);
        call.emit_text(args);
    }
    static constexpr banger_action cli[] = {
        banger::action<&Sample::run>("run", "runs"),
        banger::action<&Sample::begin>("begin", "begins"),
        banger::action<&Sample::linger>("linger", "waits"),
        banger::action<&Sample::look_away>("look-away", ""),
        banger::action<&Sample::settings>("config", "",
                                          R"({"properties": {"count": {"default": 2}}})")};

  private:
    banger::Host host_;
    banger::Kv kv_;
    std::string config_, seen_;
    banger_call* created_;
    std::optional<banger::Timer> timer_;
    std::optional<banger::Subscription> events_;
    std::optional<banger::Following> following_;
    std::optional<banger::Thread> thread_;
};

} // namespace

BANGER_PLUGIN(Sample)
