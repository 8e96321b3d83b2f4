#pragma once

#include "fake_call.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace banger::fake {

/// The name of a BANGER_HOOK_*.
inline std::string hook_name(std::uint32_t hook) {
    static constexpr const char* names[] = {"reconcile", "before_create", "after_create",
                                            "before_start", "after_start"};
    return hook < std::size(names) ? names[hook] : "hook " + std::to_string(hook);
}

/// What a key of Host::fail may be; another one is an error of the test.
inline bool may_fail(std::string_view function) {
    static constexpr std::string_view names[] = {"api.follow",
                                                 "api.request",
                                                 "call.emit",
                                                 "call.set_cookie",
                                                 "events.publish",
                                                 "events.subscribe",
                                                 "exec.run",
                                                 "guest-channel.open",
                                                 "guest-config.drive",
                                                 "guest-config.file",
                                                 "guest-config.kernel_arg",
                                                 "guest-config.nic",
                                                 "guest-facts.put",
                                                 "kv.get",
                                                 "kv.list",
                                                 "kv.remove",
                                                 "kv.set",
                                                 "network-info.vm_address",
                                                 "operations.start",
                                                 "privileged.run",
                                                 "thread.call_open",
                                                 "timer.start",
                                                 "vm-query.get",
                                                 "vm-query.list"};
    return std::find(std::begin(names), std::end(names), function) != std::end(names);
}

/// A VM as hooks see it, with what the host's journal would hold of this plugin.
struct Vm {
    std::string id = "0123456789ab", name = "testbox";
    std::string run_dir = "/run/user/1000/banger/vm/0123456789ab";
    /// What matters to the test: {"options":{"<id>":{..}}}. The plugin sees it whole, as GET
    /// /v1/vms/ID gives it: the host adds the members and the options that are not named here.
    std::string spec_json = "{}";
    std::uint32_t state = BANGER_VM_STOPPED; ///< BANGER_VM_*
    std::int32_t pid = 0;
    std::uint32_t cid = 0;

    /// A hook that began and was not undone. hook: BANGER_HOOK_*, 0 is reconcile.
    struct Record {
        std::uint32_t hook = 0;
        std::string cookie;
        bool undo_failed = false; ///< it is tried again with PARTIAL and RETRY
    };
    std::vector<Record> records;

    /// The newest cookie that was not taken back; what hooks get.
    [[nodiscard]] std::string cookie() const {
        for (auto record = records.rbegin(); record != records.rend(); ++record) {
            if (!record->cookie.empty()) {
                return record->cookie;
            }
        }
        return {};
    }
    void drop(std::uint32_t first, std::uint32_t last) {
        records.erase(std::remove_if(records.begin(), records.end(),
                                     [&](const Record& record) {
                                         return record.hook >= first && record.hook <= last;
                                     }),
                      records.end());
    }
};

/// How an operation on a VM ended: start(), say.
struct Operation {
    bool done = true;
    std::string failed_hook; ///< "before_start"; why is in `outcome`
    Outcome outcome;         ///< of the hook that failed, else of the last one
    std::vector<Contribution> guest;
    std::vector<std::string> hooks;      ///< those that were called, "undo before_start", too
    std::vector<std::string> undone_not; ///< undos that failed, and so would be tried again
};

/// A long job that the plugin began (operations.h).
struct Job {
    std::string id, kind, target;
    std::function<banger_status(banger_call*)> run;
    Outcome outcome;                        ///< once it has run
    std::vector<std::string> stages, lines; ///< that it told meanwhile
    std::vector<std::uint32_t> reached;     ///< percent of the whole, as told
};

} // namespace banger::fake
