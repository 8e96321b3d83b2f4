#pragma once

#include "os/unique_fd.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace banger::net {
class Netlink;
}

namespace banger::privileged {

class Arguments;

/// What a verb works with.
struct Context {
    net::Netlink& netlink;
    uid_t caller; ///< the user on whose behalf we run: the only one who may own an interface
    /// What a verb made, undone in reverse when a later step of the same batch fails.
    std::vector<std::function<void()>> undo;
    std::vector<os::UniqueFd> files{}; ///< the caller opened them, with his own rights
};

/// A verb with its arguments, checked; running it is the only part that touches the kernel.
using Action = std::function<nlohmann::json(Context&)>;

struct Verb {
    std::string_view name;
    bool changes; ///< needs root and the step lock; the others run as anybody
    Action (*parse)(Arguments&);
    /// Standard input is a socket, which carries one line and descriptors, and lives as long as
    /// what the verb started: no step of a batch. It takes the lock itself, for no longer than it
    /// needs.
    bool takes_files = false;
};

/// The closed table of everything the helper can do.
[[nodiscard]] std::span<const Verb> verbs() noexcept;
[[nodiscard]] const Verb* find_verb(std::string_view name) noexcept;

/// Longest request: the guests of a bridge, as many as a verb takes.
constexpr std::size_t max_request = 512U << 10U;

/// The arguments' text to an action. Pure. Throws invalid.
[[nodiscard]] Action parse_request(const Verb& verb, std::string_view text);

/// Runs `action`; when it throws, what it had made is undone, and what could not be undone is told
/// in the error.
[[nodiscard]] nlohmann::json perform(const Action& action, Context& context);

} // namespace banger::privileged
