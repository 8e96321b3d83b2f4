#pragma once

#include "plugin_host.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::plugin {

/// What this process holds, to compare before and after.
struct Holdings {
    std::map<int, std::string> descriptors; ///< and what each stands for
    std::size_t threads = 0;
    static Holdings now();
};

/// One misbehaving plugin beside a well-behaved recorder. At the end of each test nothing of the
/// process or of the plugin host may be left behind.
class Misbehaving : public testing::Test {
  protected:
    Misbehaving();
    ~Misbehaving() override;

    /// Loads `plugin` with its orders, and the recorder; what stopped the daemon, if anything did.
    std::string load(const std::string& orders, const std::string& plugin = "misbehave");
    EntrySettings& entry() { return host->entry("misbehave"); }
    std::string run(vm::Hook hook) const;
    [[nodiscard]] std::vector<std::string> undo(vm::Phase phase) const;
    /// The other plugin is active and asked; the daemon answers.
    void expect_the_other_is_well();
    /// Rows that the plugin left.
    [[nodiscard]] std::vector<std::string> rows() const;
    std::vector<std::string> marks() const; ///< what the plugin left in its file
    void let_go() const;
    void end(); ///< of the daemon

    template <class F>
    static bool soon(F&& f) {
        for (int i = 0; i < 4000; ++i) {
            if (f()) {
                return true;
            }
            ::usleep(5000);
        }
        return false;
    }

    const Holdings before = Holdings::now();
    os::TemporaryDir dir;
    const std::string mark = (dir.path() / "mark").string();
    std::unique_ptr<PluginHost> host = std::make_unique<PluginHost>();
    vm::VmView web = vm_named("web");
    std::string id = "misbehave";
};

} // namespace banger::plugin
