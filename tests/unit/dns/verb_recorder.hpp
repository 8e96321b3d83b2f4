#pragma once

#include <banger/plugin.hpp>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dns::test {

/// The smallest host that HostSide works in: it keeps the plugin's values, and writes privileged
/// verbs down instead of running them. One at a time.
class VerbRecorder {
  public:
    VerbRecorder();
    VerbRecorder(const VerbRecorder&) = delete;
    VerbRecorder& operator=(const VerbRecorder&) = delete;
    ~VerbRecorder();
    [[nodiscard]] banger::Host host() const { return banger::Host(&handle_.table); }
    /// The names of the verbs since the last time, in their order.
    [[nodiscard]] std::vector<std::string> take_verbs();

    std::map<std::string, std::string> keys;
    std::set<std::string> failing; ///< verbs
    std::vector<std::string> arguments;
    std::vector<std::string> warnings;
    std::string bridge = "lo"; ///< there on every machine

  private:
    friend struct VerbRecorderTables;
    struct Handle { // what the plugin has is the address of `table`, and so of the whole
        banger_host table;
        VerbRecorder* owner;
    };
    const banger_result* give(banger_status status, std::string value, std::string message = {});

    Handle handle_{};
    banger_network network_{};
    std::vector<std::string> verbs_;
    std::deque<std::string> texts_;
    std::deque<banger_result> results_;
};

} // namespace dns::test
