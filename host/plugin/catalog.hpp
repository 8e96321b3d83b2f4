#pragma once

#include "plugin/binary.hpp"
#include "plugin/guard.hpp"
#include "plugin/known_plugins.hpp"
#include "plugin/leavers.hpp"
#include "plugin/plugin.hpp"
#include "plugin/services.hpp"
#include "plugin/settings.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace banger::plugin {

/// One line of `banger plugin ls`, for every plugin found or configured.
struct PluginInfo {
    std::string id;
    State state = State::disabled;
    std::string reason; ///< why it is not active; empty when it is
    std::string hint;   ///< the next step, where it is known
    std::filesystem::path path;
    const Manifest* manifest = nullptr; ///< null when it did not get that far
    std::string on_error;               ///< "fail" or "warn"
    bool required = false;
    std::optional<KnownPlugin> known = std::nullopt; ///< also while it is off, once it was read
    /// Files of the same id in folders that come later: they are never loaded.
    std::vector<std::filesystem::path> hides = {};
};

/// The plugins of this daemon: finds, checks, orders, starts and ends them. Loading and stopping
/// belong to the control thread; the rest may be asked on any thread once load() is over.
class Catalog {
  public:
    Catalog(Settings settings, Services services, Timeouts timeouts = {},
            const ThreadStart& threads = start_thread);
    ~Catalog();
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;

    /// Loads every enabled plugin up to init(). One that fails is listed with its reason. Throws
    /// invalid, each problem a detail line, for an unknown plugin in config.yaml and for a required
    /// one that failed.
    void load();
    /// Instead of load(): creates the wanted plugins without starting any, and tells what load()
    /// would find wrong with what config.yaml says of plugins: "config.yaml:12:5: key: what; next
    /// step". Give it AbsentServices. [of a process that ends soon]
    [[nodiscard]] std::vector<std::string> check();
    /// Folders of plugins.path that cannot be searched, and why. After load() or check().
    [[nodiscard]] const std::map<std::filesystem::path, std::string>& bad_folders() const noexcept {
        return bad_folders_;
    }
    /// on_start of each, in order.
    void start();
    /// reconcile_all of each, in order; failures are logged. [pool thread]
    void reconcile_all();
    /// on_stop, then destroy, of each in reverse order. Once; the destructor does it otherwise.
    void stop();

    /// Those that take part, in order. Does not change after start().
    [[nodiscard]] const std::vector<Plugin*>& active() const noexcept { return active_; }
    [[nodiscard]] Plugin* find(const std::string& id) const;
    [[nodiscard]] std::vector<PluginInfo> list() const;
    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
    [[nodiscard]] const Services& services() const noexcept { return services_; }
    [[nodiscard]] Guard& guard() noexcept { return guard_; }
    /// Those that are switched off, and are loaded to give back what they hold.
    [[nodiscard]] Leavers& leavers() noexcept { return leavers_; }

  private:
    struct Candidate {
        std::filesystem::path file;
        State state = State::disabled;
        std::string reason;
        std::unique_ptr<Manifest> manifest;            ///< until the plugin takes it
        std::string hint = {};                         ///< the next step, where it is known
        std::vector<std::filesystem::path> hides = {}; ///< others of this id
    };
    void scan();
    void check_unknown(std::vector<std::string>& problems) const;
    void inspect();
    std::map<std::string, CheckedFile> look_at_files();
    std::unique_ptr<Manifest> open(const std::string& id, const CheckedFile& file);
    void end_if_not(const std::shared_ptr<std::atomic<bool>>& opened, const std::string& id);
    void tell_cut_calls() const;
    bool in_quarantine(const std::string& id, const FileIdentity& file);
    void check_option_flags();
    /// Throws, or gives what create() answered; the plugin is the last of plugins_ then.
    [[nodiscard]] Outcome create(const std::string& id, const char* hook = "create");
    [[nodiscard]] Outcome init(Plugin& plugin, const char* hook = "init");
    /// Those that can be created, in order; fails what a cycle or a need keeps from it.
    [[nodiscard]] std::vector<std::string> sort();
    void create_all();
    [[nodiscard]] std::vector<std::string> config_problems(const std::string& id);
    void init_all();
    void note_deaths();
    void expect_leavers();
    void load_leavers();
    void load_leaver(const std::string& id);
    void give_up(const std::string& id, const std::string& reason, bool for_good);
    bool needs_met(const Manifest& manifest, std::string& reason) const;
    void drop(Plugin& plugin, const std::string& reason, const std::string& hint = {});
    void destroy(Plugin& plugin);
    void fail(const std::string& id, const std::string& reason, const std::string& hint = {});
    [[nodiscard]] Outcome control(Plugin& plugin, const char* hook, Guard::Function function,
                                  std::optional<std::chrono::milliseconds> timeout = {});
    [[nodiscard]] std::chrono::milliseconds longest_for_daemon(const Plugin& plugin) const;
    void log(int level, const std::string& plugin, const std::string& text) const;

    Settings settings_;
    Services services_;
    std::vector<std::unique_ptr<Plugin>> plugins_; ///< in order; outlives the guard's threads
    Guard guard_;
    std::map<std::string, Candidate> candidates_; ///< by id, or by file name when that is none
    std::map<std::filesystem::path, std::string> bad_folders_;
    std::vector<Plugin*> active_;
    Leavers leavers_;
    KnownPlugins known_;
    bool loading_ = false; ///< load(), not check(): verdicts are kept
    bool stopped_ = false;
};

} // namespace banger::plugin
