#pragma once

#include "os/temporary_dir.hpp"
#include "plugin/catalog.hpp"
#include "plugin/dispatch.hpp"
#include "store/hook_journal.hpp"

#include <atomic>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace banger::plugin {

/// Values in memory.
class FakeKeyValues : public KeyValues {
  public:
    std::atomic<bool> disk_full = false; ///< nothing can be set or removed

    std::optional<std::string> find(const std::string& plugin, const std::string& key) override;
    std::vector<std::string> keys(const std::string& plugin, const std::string& prefix) override;
    void set(const std::string& plugin, const std::string& key, const std::string& value) override;
    void remove(const std::string& plugin, const std::string& key) override;

  private:
    void require_space() const;

    std::mutex lock_;
    std::map<std::pair<std::string, std::string>, std::string> values_;
};

/// Delivers to every listener at once.
class FakeEvents : public EventStream {
  public:
    void publish(const std::string& type, const std::string& data_json) override;
    std::unique_ptr<Following> subscribe(Listener listener) override;

    std::mutex lock;
    std::vector<std::string> published;
    std::map<int, Listener> listeners;
};

class FakeNetwork : public NetworkFactsSource {
  public:
    NetworkFacts network() override {
        return {"banger", "10.9.8.0/24", "10.9.8.1", "vm", 24, 1500, 1000};
    }
    std::optional<VmAddress> find_vm(const std::string& vm_id) override;
};

/// Answers with what it was asked; "tap-refuse" is refused.
class FakePrivileged : public PrivilegedSteps {
  public:
    std::string run(const std::string& verb, const std::string& args_json, Deadline deadline,
                    int cancel_fd, const Log& log) override;
    std::string readiness_json() override { return R"({"mode":"root","ready":true,"command":""})"; }
};

class FakeVms : public VmDirectory {
  public:
    std::string list_json() override { return R"([{"name":"web"}])"; }
    std::optional<std::string> find_json(const std::string& name_or_id) override;
};

/// Answers with what it was asked; a stream is three lines and its end.
class FakeApi : public ApiAccess {
  public:
    ApiAnswer request(const std::string& plugin, const std::string& method,
                      const std::string& target, const std::string& body_json, Deadline deadline,
                      int cancel_fd) override;
    std::unique_ptr<Following> follow(const std::string& target, Line line) override;
};

/// Runs jobs as the daemon does, one context each, and keeps what they tell.
class FakeOperations : public OperationBoard {
  public:
    std::string start(const std::string& kind, const std::string& target,
                      const std::string& initiator, Job job) override;
    void cancel() const; ///< the job that began last
    void cancel_all() const;
    /// Of the job that began last, once it has ended.
    Result wait();

    bool closed = false;
    std::vector<std::string> initiators;   ///< of each job
    std::vector<std::string> told() const; ///< "kind target", "stage x", "3/10 bytes", ..

  private:
    void tell(std::string text);
    mutable std::mutex lock_;
    std::vector<std::string> told_;
    std::vector<os::UniqueFd> cancel_fds_; ///< of each job
    std::future<Result> result_;
};

/// A plugin host over a private folder: copies plugins there, loads them, keeps what they and the
/// host wrote.
class PluginHost {
  public:
    PluginHost();
    ~PluginHost();

    /// Copies a test plugin as `name` and switches it on with this order for the recorder.
    std::filesystem::path add(const std::string& plugin, const std::string& orders = "",
                              const std::string& name = "");
    EntrySettings& entry(const std::string& id) { return settings.entries[id]; }
    /// Loads and starts; what stopped it, if anything did.
    std::string load();
    void stop();

    /// What the recorders wrote since the last call.
    std::vector<std::string> recorded();
    PluginInfo info(const std::string& id) const;
    std::string reason(const std::string& id) const { return info(id).reason; }
    bool logged(const std::string& part) const;
    std::vector<std::string> open_records() const; ///< "rec-a before_start intent"
    void let_go() const;                           ///< deaf recorders return

    os::TemporaryDir dir;
    std::filesystem::path plugins = dir.path() / "plugins";
    std::filesystem::path log = dir.path() / "recorded";
    Settings settings;
    FakeKeyValues kv;
    FakeEvents events;
    FakeNetwork network;
    FakePrivileged privileged;
    FakeVms vms;
    FakeApi api;
    FakeOperations operations;
    Services services;
    Timeouts timeouts;
    ThreadStart threads = start_thread;
    store::HookJournal journal{dir.path() / "banger.sqlite"};
    std::unique_ptr<Catalog> catalog;
    std::unique_ptr<Dispatch> dispatch;
    vm::CallContext context{.operation_id = "op1"};
    std::vector<std::string> operation_log; ///< "level text"

  private:
    mutable std::mutex lock_;
    std::vector<LogLine> lines_;
    std::size_t read_ = 0;
};

inline vm::VmView vm_named(const std::string& name) {
    return {.id = "0123456789ab",
            .name = name,
            .state = "starting",
            .run_dir = "/run/" + name,
            .spec_json = "{}"};
}

/// The message of the os::Error that f throws; "" when it does not.
template <class F>
std::string error_of(F&& f) {
    try {
        f();
    } catch (const os::Error& error) {
        return error.what();
    }
    return "";
}

} // namespace banger::plugin
