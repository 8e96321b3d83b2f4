#pragma once

#include "plugin/catalog.hpp"
#include "plugin/dispatch.hpp"
#include "unit/vm/world.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace banger::rollback {

namespace fs = std::filesystem;
using vm::test::World;

/// The holders, in their order.
inline const std::vector<std::string> holders{"hold-a", "hold-b", "hold-c"};

/// The folders that outlive a daemon: its data, and the "host" on which the holders hold things.
class Ground {
  public:
    explicit Ground(fs::path folder) : dir(std::move(folder)) {}
    void make() const; ///< an empty one

    void order(const std::string& plugin, const std::string& hook, const std::string& how) const;
    void no_orders() const;
    /// What the holders were called for since the last time: "hold-a before_start web".
    std::vector<std::string> calls();
    /// What they hold now: "hold-a before_start ID", "hold-a tap0 ID".
    [[nodiscard]] std::set<std::string> held() const;
    /// The holders of the taps of a VM: "hold-a tap0".
    [[nodiscard]] std::set<std::string> taps_of(const std::string& vm_id) const;
    /// Processes that a daemon on these folders started.
    [[nodiscard]] std::vector<int> processes() const;
    /// What is left of VMs in the folders of the daemon.
    [[nodiscard]] std::vector<std::string> left_over() const;

    const fs::path dir;

  private:
    std::size_t read_ = 0;
};

/// What a daemon is without its API, with the three holders: the plugin host, the dispatch and the
/// lifecycle are the real ones.
class Daemon {
  public:
    /// `slow`: the plugin whose calls are given up early.
    explicit Daemon(const Ground& ground, const std::string& slow = "");
    ~Daemon();

    /// As a starting daemon does, until all that the last one left is done.
    void take_up();
    /// Lets an operation end.
    vm::Lifecycle::Started run(const vm::Lifecycle::Started& operation);
    /// A create of a VM of that name.
    vm::Lifecycle::Started create(const std::string& name);
    [[nodiscard]] bool busy() const;
    [[nodiscard]] plugin::Catalog& catalog() { return catalog_; }
    /// "level text" of what went to the daemon's log.
    [[nodiscard]] bool logged(const std::string& part) const;

  private:
    mutable std::mutex lock_;
    std::vector<std::string> lines_;
    plugin::Catalog catalog_;

  public:
    World world;
    vm::CallContext context; ///< of nobody's operation
};

/// How long the plugin that is `slow` may take.
constexpr std::chrono::milliseconds slow_limit{1000};

} // namespace banger::rollback
