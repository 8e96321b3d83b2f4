#pragma once

#include "os/error.hpp"
#include "vmm/plan.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace banger::supervisor {

/// What a VMM tells of itself.
enum class VmmEvent {
    powerdown,    ///< the guest was asked to power off
    paused,       ///< the guest stands still
    resumed,      ///< and goes on
    disk_full,    ///< it is about to stand still: no room for what it wrote
    agent_open,   ///< of a serial port: the guest's agent has it open
    agent_closed, ///< and has left it
    ending,       ///< the VMM will end; with its own word for why
};

/// How the supervisor talks to its VMM, from its start to its end.
class VmmLink {
  public:
    using Done = std::function<void(const os::Error*)>; ///< nullptr: done
    /// The word comes with `ending` only.
    using OnEvent = std::function<void(VmmEvent event, const std::string& word)>;

    VmmLink() = default;
    VmmLink(const VmmLink&) = delete;
    VmmLink& operator=(const VmmLink&) = delete;
    virtual ~VmmLink() = default;

    /// `running` is called once: the guest runs, or will not for this reason. Each other call is
    /// answered once, too, now or later.
    virtual void start(Done running) = 0;
    virtual void powerdown(Done done) = 0; ///< the guest may ignore it
    virtual void pause(Done done) = 0;
    virtual void resume(Done done) = 0;
    /// The image gets that size, never a smaller one, and the guest sees it.
    virtual void resize_disk(const vmm::GrowingDisk& disk, std::uint64_t bytes, Done done) = 0;
    /// The VMM is dead: what it left is read, then all that waits is answered with an error.
    virtual void drain() = 0;
    /// False: nothing can be asked any more. As a rule the VMM is ending then.
    [[nodiscard]] virtual bool open() const noexcept = 0;
    /// The step of the start that is under way, for a message; empty: none that says anything.
    [[nodiscard]] virtual std::string step() const = 0;
};

} // namespace banger::supervisor
