// The same in C++, by the class layer of the SDK that it is built with: see life.c.
#include <banger/plugin.hpp>

#include <string>

class Life {
  public:
    static constexpr const char* id = LIFE_ID;
    static constexpr const char* name = "Life in C++";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* stage = LIFE_ID;
    static constexpr const char* stage_summary = "nothing";
#ifdef LIFE_MIN_MINOR
    static constexpr std::uint32_t min_minor = LIFE_MIN_MINOR;
#endif
    static constexpr banger_option options[] = {banger::option(
        LIFE_ID, LIFE_ID, R"({"type": "integer", "default": 3})", BANGER_OPTION_LIVE)};

    Life(banger::Host host, banger::Call&, std::string_view) : host_(host), kv_(host) {}
    void init(banger::Call& call) {
        kv_.set(call, "init", "done");
    }
    void on_start(banger::Call& call) {
        kv_.set(call, "on_start", host_.daemon_version());
    }

    void on_stop(banger::Call& call) {
        kv_.set(call, "on_stop", "done");
    }
    void reconcile(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "reconcile", vm.cookie());
    }
    void reconcile_all(banger::Call& call) {
        kv_.set(call, "reconcile_all", "done");
    }
    void leave(banger::Call& call) {
        kv_.set(call, "leave", "done");
    }
    void validate_options(banger::Call& call, std::string_view given) {
        kv_.set(call, "validate_options", given);
    }
    void option_changed(banger::Call& call, const banger::Vm&, std::string_view,
                        std::string_view after) {
        kv_.set(call, "option_changed", after);
    }
    void option_undo(banger::Call& call, const banger::Vm&, std::string_view before,
                     std::string_view, std::uint32_t) {
        kv_.set(call, "option_undo", before);
    }

    void before_create(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "before_create", vm.cookie());
    }
    void after_create(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "after_create", vm.cookie());
    }
    void before_start(banger::Call& call, const banger::Vm& vm) {
        call.cookie("cookie of " LIFE_ID);
        kv_.set(call, "before_start", vm.name());
    }
    void contribute(banger::Call&, const banger::Vm& vm, banger::GuestConfig& guest) {
        guest.kernel_arg(LIFE_ID, "1");
        guest.drive(LIFE_ID, "/dev/null/" LIFE_ID, true);
        guest.file("/etc/" LIFE_ID, vm.cookie(), 0600);
    }
    void validate(banger::Call& call, const banger::Vm&, std::string_view merged) {
        kv_.set(call, "validate", merged.size() > 2 ? "merged" : "empty");
    }
    void after_start(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "after_start", vm.cookie());
    }
    void wait(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "wait_ready", vm.cookie());
    }
    void on_ready(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "on_ready", vm.cookie());
    }
    void before_stop(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "before_stop", vm.cookie());
    }
    void after_stop(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "after_stop", vm.cookie());
    }
    void before_delete(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "before_delete", vm.cookie());
    }
    void after_delete(banger::Call& call, const banger::Vm& vm) {
        kv_.set(call, "after_delete", vm.cookie());
    }
    void undo(banger::Call& call, const banger::Vm& vm, std::uint32_t, std::uint32_t) {
        kv_.set(call, "undo", vm.cookie());
    }
    void list(banger::Call& call, const banger::Vm&) {
        list_all(call);
    }
    void list_all(banger::Call& call) {
        call.emit_json(R"({"kind":"life","name":")" LIFE_ID R"(","vm":null,"state":"idle"})");
    }
    void release(banger::Call& call, std::string_view object) {
        kv_.set(call, "release", object);
    }
    void grown(banger::Call& call, std::string_view) {
#ifdef LIFE_FUTURE
        const auto* kv = host_.find<banger_kv_ops>(BANGER_EXT_KV);
        call.emit_text(BANGER_HAS(banger_kv_ops, kv, future_slot) ? "the host has it"
                                                                  : "the host is older");
#else
        call.emit_text("the host is as new");
#endif
    }
    static constexpr banger_action cli[] = {
        banger::action<&Life::grown>("grown", "is there what a later host has")};

  private:
    banger::Host host_;
    banger::Kv kv_;
};

BANGER_PLUGIN(Life)
