#pragma once

#include "plugin/guard.hpp"
#include "plugin/services.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace banger::plugin {

class Plugin;

/// Plugins that were active and are switched off now, while they may hold something on the host:
/// they are loaded for one thing, to give it back (banger_daemon_hooks.leave). Who was active is
/// kept across daemons. Any thread, except where said.
class Leavers {
  public:
    /// Without a KeyValues nobody is remembered.
    explicit Leavers(KeyValues* memory) : memory_(memory) {}

    // ---- who held something ----
    /// It is active from now on. Written before it can take anything. Throws of the store.
    void note_active(const std::string& id);
    /// It was active, and has not given back all since. [load]
    [[nodiscard]] bool may_hold(const std::string& id) const;
    /// It holds nothing, or nothing that it could be asked for. Throws of the store.
    void forget(const std::string& id);
    /// False when a daemon died while this one left: it is not loaded again. Else that is noted
    /// until the next leave() of it has returned. [load]
    [[nodiscard]] bool may_try(const std::string& id);

    // ---- to let them go ----
    void add(Plugin& plugin);                                       ///< [load]
    void give_up(const std::string& id, const std::string& reason); ///< it cannot leave. [load]
    /// Asks each that has not left yet, one after the other; those that have now. [pool thread]
    std::vector<std::string> leave(Guard& guard);

    /// The daemon ends: who has not left is asked by the next one. Throws of the store.
    void postpone();

    [[nodiscard]] bool any() const; ///< that has not left
    /// Nothing for one that has left, or never held anything; else why it is still there.
    [[nodiscard]] std::optional<std::string> holding(const std::string& id) const;
    /// Why it could not leave; empty when it could, or running VMs need what it holds.
    [[nodiscard]] std::string trouble(const std::string& id) const;

  private:
    struct Leaver {
        std::string id;
        Plugin* plugin; ///< null: given up
        bool gone = false;
        std::string trouble;
    };
    [[nodiscard]] const Leaver* find(const std::string& id) const; ///< with the lock

    KeyValues* memory_;
    std::mutex asking_;
    mutable std::mutex lock_;
    std::vector<Leaver> leavers_; ///< its size does not change after load
};

} // namespace banger::plugin
