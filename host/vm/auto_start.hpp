#pragma once

#include "vm/lifecycle.hpp"
#include "vm/machines.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vm {

/// Starts VMs once the host has come up: those with autostart "on", and those with "last" that ran
/// when it went down. Once in a boot of the host and no more: who stops a VM after that wants it
/// so. A daemon that ends meanwhile leaves the rest to the next one. [loop]
class AutoStart {
  public:
    struct Parts {
        Lifecycle& lifecycle;
        Machines& machines;
        std::filesystem::path file; ///< what is remembered from one daemon to the next
        std::string boot_id;        ///< of this boot
        std::function<bool()> stopping;
        std::function<void(std::string_view level, const std::string& text)> log;
    };
    explicit AutoStart(Parts parts) : parts_(std::move(parts)) {}

    /// Two at a time, by name. One that cannot be started says so in its warnings and stays as it
    /// is. To be called when all VMs are taken up.
    [[nodiscard]] boost::asio::awaitable<void> run();

  private:
    /// Of which boot of the host it is, and the ids of those that are still to be started.
    struct Memory {
        std::string boot_id;
        std::vector<std::string> due;
    };
    struct Start {
        std::string id;
        Lifecycle::Started operation;
    };

    [[nodiscard]] Memory remembered() const;
    void remember();
    /// After a boot of the host that follows `before`.
    [[nodiscard]] std::vector<std::string> due_after(const Memory& before) const;
    /// Null when it is not to be started any more, or was refused.
    boost::asio::awaitable<Lifecycle::Started> start(std::string id,
                                                     std::optional<std::string> last_operation);
    boost::asio::awaitable<void> see_end(Start start);
    void strike(const std::string& id);
    void tell(const std::string& id, const os::Error& error);

    Parts parts_;
    Memory memory_;
};

} // namespace banger::vm
