#pragma once

#include "plugin/call.hpp"

#include "plugin/line_rate.hpp"

#include <chrono>
#include <mutex>
#include <string>

#include <banger/abi.h>

namespace banger::plugin {

class Plugin;

/// The banger_host of one plugin: what its code sees of the daemon.
class HostView {
  public:
    HostView(Plugin& plugin, std::string daemon_version, const std::filesystem::path& state_dir);
    HostView(const HostView&) = delete;
    HostView& operator=(const HostView&) = delete;

    [[nodiscard]] const banger_host* raw() const noexcept { return &table_.host; }
    [[nodiscard]] const std::string& state_dir() const noexcept { return state_dir_; }
    [[nodiscard]] static Plugin& plugin_of(const banger_host* host) noexcept;

    /// One line from the plugin, within its rate: 50 a second, 200 at once; what is dropped is
    /// counted in the next line.
    void log(banger_call* handle, int level, std::string_view text,
             std::vector<std::pair<std::string, std::string>> fields);

  private:
    /// What the plugin's pointer points to; ours behind it.
    struct Table {
        banger_host host;
        Plugin* plugin;
    };
    bool admit(std::string& text);

    std::string daemon_version_, state_dir_;
    Table table_;
    std::mutex lock_;
    LineRate rate_;
};

/// BANGER_LOG_* as a word: "warning".
[[nodiscard]] std::string_view level_name(int level);

/// Is the extension there for it?
[[nodiscard]] bool has_extension(const Plugin& plugin, std::string_view id);

} // namespace banger::plugin
