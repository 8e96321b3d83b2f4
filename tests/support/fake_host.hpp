#pragma once

#include "os/unique_fd.hpp"
#include "privileged/client.hpp"

#include <banger/plugin.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace banger::test {

/// How one call into the plugin ended.
struct CallResult {
    banger_status status = BANGER_OK;
    std::string message;
    std::string hint;
    std::string cookie;              ///< what it set, else empty
    std::vector<std::string> output; ///< what it emitted
};

/// A VM as hooks see it.
struct FakeVm {
    std::string id;
    std::uint32_t state = BANGER_VM_STARTING;
    std::string cookie;
    int pid = 0;
    std::string run_dir, spec_json;
};

/// What a plugin contributed to the guest's network.
struct FakeNic {
    std::string id, tap, mac;
    std::uint32_t mtu = 0;
};

/// The smallest host that a plugin of the real SDK runs in: network-info, privileged (the real
/// helper), kv, guest-config and timers that fire when the test says so, threads, guest-channel,
/// answers of the API, and what is told (events, guest-facts). Single-threaded, but for the
/// plugin's own threads.
class FakeHost {
  public:
    FakeHost(const std::filesystem::path& plugin, std::string config_json,
             privileged::Client& client, std::string state_dir = "/nonexistent/state");
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    ~FakeHost();

    using Hook = std::function<banger_status(void* self, banger_call*)>;
    CallResult call(const Hook& hook);
    /// A lifecycle hook; keeps the cookie in `vm`.
    CallResult run(banger_vm_hook banger_vm_lifecycle::*hook, FakeVm& vm);
    CallResult ask(banger_vm_hook hook, const FakeVm& vm); ///< any function about a VM
    CallResult undo(FakeVm& vm, std::uint32_t hook, std::uint32_t flags);
    CallResult contribute(const FakeVm& vm);
    CallResult action(const char* interface_id, std::string_view name,
                      std::string_view args_json = "{}");
    void cancel();             ///< every call, also of the plugin's threads; for good
    std::size_t fire_timers(); ///< runs each that is due or not, once; how many there were

    template <class Table>
    [[nodiscard]] const Table& table(const char* id) const {
        return *static_cast<const Table*>(find(id));
    }
    [[nodiscard]] const banger_descriptor& descriptor() const { return *entry_->desc; }

    std::vector<FakeNic> nics;
    std::vector<std::string> warnings;
    std::map<std::string, std::filesystem::path> channels; ///< sockets of guests, by VM
    std::map<std::string, std::string> answers; ///< of the API, by "METHOD target"; else 404
    std::vector<std::string> requests;          ///< that the API has had
    [[nodiscard]] std::vector<std::string> published() const; ///< types of events
    [[nodiscard]] std::string facts(const std::string& vm_id) const;
    std::string subnet = "172.30.88.0/24";
    /// What outlives a daemon: hand it on to the next one.
    struct Kept {
        std::map<std::string, std::string> values; ///< of kv
        std::vector<std::string> vms;              ///< in the order of their addresses, from .10 on
    };
    Kept kept;

  private:
    struct Timer {
        banger_timer_fn function;
        void* context;
    };
    friend struct FakeHostTables;
    [[nodiscard]] const void* find(const char* id) const;

    struct Handle { // what the plugin has is the address of `table`, and so of the whole
        banger_host table;
        FakeHost* owner;
    };
    Handle handle_{};
    privileged::Client& client_;
    std::string state_dir_;
    os::UniqueFd cancelled_; ///< an eventfd
    mutable std::mutex told_mutex_;
    std::vector<std::string> published_;
    std::map<std::string, std::string> facts_;
    banger_network network_{};
    std::map<std::uint64_t, Timer> timers_;
    std::uint64_t last_timer_ = 0;
    const banger_entry* entry_ = nullptr;
    void* self_ = nullptr;
};

} // namespace banger::test
