#pragma once

#include <string>
#include <vector>

namespace tap_pool {

/// A tap as it stands on the host.
struct Tap {
    std::string name;
    std::string bridge;  ///< ours when it is a port of it; else empty
    std::string tag;     ///< which banger made it
    bool in_use = false; ///< a process has it open
    long age_s = 0;
};

/// What can be seen of one tap without any right, fast.
struct TapLook {
    bool exists = false;
    bool attached = false; ///< on, and a port of our bridge
    bool in_use = false;   ///< a process has it open
};

/// The host's network, as the pool needs it. One exists for the time of one call from the host.
/// Everything throws banger::Error.
class TapEdge {
  public:
    virtual ~TapEdge() = default;
    [[nodiscard]] virtual TapLook look(const std::string& name) = 0;
    [[nodiscard]] virtual std::vector<Tap> list() = 0; ///< of this user, whichever banger's
    /// Afterwards the bridge exists with its address, and these are ports of it. All or none of
    /// those that did not exist before.
    virtual void create(const std::vector<std::string>& names) = 0;
    /// Gone already is fine. Throws E_BUSY for one that a process has open. With the bridge: it
    /// goes last; one that still has ports or is not ours stays.
    virtual void remove(const std::vector<std::string>& names, bool bridge_too = false) = 0;
    virtual void warn(const std::string& text) = 0;
};

} // namespace tap_pool
