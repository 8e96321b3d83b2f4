#pragma once

#include "plugin/manifest.hpp"
#include "plugin_probe/check/report.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <banger/test/fake_host.hpp>

namespace banger::plugin_probe {

constexpr std::chrono::seconds standard_patience{60};

/// What the author says of the run.
struct Wishes {
    std::string config = "{}";  ///< of the plugin, JSON; defaults are filled in
    std::string options = "{}"; ///< of the VMs for this plugin, JSON; likewise
    bool run_programs = false;  ///< really, when the plugin wants to run some
    std::chrono::seconds patience = standard_patience; ///< for a child that says nothing
};

/// The check that every group adds to.
constexpr const char* use_of_host = "use of the host";

/// A function of the plugin took longer than the host allows, which is told: its group ends here,
/// for it would be waited for again and again.
struct Overrun {};

/// A plugin under trial, in a process of its own, and how what is seen is told. Every group of
/// checks gets one of its own, so that a crash costs only that group.
class Trial {
  public:
    using Tell = std::function<void(const Finding&)>;
    /// Which function of the plugin runs from here on, and the time it has; "": none.
    using Calling =
        std::function<void(const std::string& function, std::chrono::milliseconds allowed)>;
    Trial(plugin::Manifest manifest, const Wishes& wishes, Tell tell, Calling calling);

    /// What is looked at from here on: the line that a crash is told in.
    void look_at(const std::string& check);
    void ok(const std::string& text);
    void failed(const std::string& text, const std::string& next);
    void skipped(const std::string& text);
    /// A call that may refuse: ok() when it is well, skipped() when it refuses for the sake of
    /// something that is not here, else failed() with the next step. Did it do it?
    bool judge(const fake::Outcome& outcome, const std::string& done,
               const char* next = "a hook fails only when the VM cannot have what it asks for");

    /// A host that the plugin has been begun in; null, and told, when that is not possible.
    [[nodiscard]] std::unique_ptr<fake::Host> begun();
    [[nodiscard]] std::unique_ptr<fake::Host> host(); ///< nothing is called yet
    [[nodiscard]] fake::Vm vm(const std::string& name) const;
    void close(fake::Host& host); ///< ends it
    /// Ends it, and tells what the plugin did to it that no host puts up with.
    void end(fake::Host& host);

    [[nodiscard]] const plugin::Manifest& manifest() const { return manifest_; }
    [[nodiscard]] const std::string& config() const { return config_; }
    [[nodiscard]] const std::string& options() const { return options_; }

  private:
    void has_returned(const banger_call& call);
    plugin::Manifest manifest_;
    std::string config_, options_;
    bool run_programs_;
    Tell tell_;
    Calling calling_;
    std::string check_;
    std::set<std::string> overran_; ///< what took too long
};

} // namespace banger::plugin_probe
