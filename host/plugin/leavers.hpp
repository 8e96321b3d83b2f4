#pragma once

#include "plugin/guard.hpp"
#include "plugin/services.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
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
    /// Its code ended a daemon when it was to give back: it is not loaded again before it was
    /// active again. Holds for this daemon also when it throws, of the store. [load]
    void note_death(const std::string& id);
    [[nodiscard]] bool died_in(const std::string& id) const; ///< [load]

    // ---- to let them go ----
    void add(Plugin& plugin); ///< [load]
    /// It cannot be asked; `for_good`: nor by the next daemon. [load]
    void give_up(const std::string& id, const std::string& reason, bool for_good);

    /// Whose answer will do for one who comes while they are being asked.
    enum class Answer {
        any,   ///< that which is on its way
        fresh, ///< to a question put from now on: a VM has stopped
    };
    using Released = std::function<void(const std::string& id)>;
    /// Asks each that has not left yet, one after the other; all who wait for an answer share it.
    /// `released` is called for one that has left, before it is forgotten; when it throws, or the
    /// store does, that is the plugin's trouble, and it is asked again. [pool thread]
    void leave(Guard& guard, Answer answer, const Released& released);

    /// The daemon ends: waits for who is asked now; who has not left is asked by the next one.
    void postpone();

    [[nodiscard]] bool any() const; ///< that has not left
    /// Nothing for one that has left, or never held anything; else why it is still there.
    [[nodiscard]] std::optional<std::string> holding(const std::string& id) const;
    /// Why it could not leave; empty when it could, or running VMs need what it holds.
    [[nodiscard]] std::string trouble(const std::string& id) const;
    /// It may hold something, and no daemon asks it again while it is switched off.
    [[nodiscard]] bool given_up_for_good(const std::string& id) const;

  private:
    struct Leaver {
        std::string id;
        Plugin* plugin; ///< null: given up
        std::string trouble;
        bool gone = false;
        bool for_good = false; ///< given up
    };
    class Round;
    [[nodiscard]] const Leaver* find(const std::string& id) const; ///< with the lock
    void ask(Leaver& leaver, Guard& guard, const Released& released);

    KeyValues* memory_;
    std::set<std::string> died_; ///< in the last daemon
    mutable std::mutex lock_;
    std::condition_variable round_ended_;
    std::uint64_t begun_ = 0;     ///< rounds of asking
    std::uint64_t ended_ = 0;     ///< the same, or one less while they are asked
    std::vector<Leaver> leavers_; ///< its size does not change after load
};

} // namespace banger::plugin
