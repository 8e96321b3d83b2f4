#pragma once

namespace banger::cli {

/// What the shell sees; documented in `banger --help` and docs/cli.md.
enum class ExitCode : int {
    ok = 0,
    failed = 1,       ///< the operation failed
    usage = 2,        ///< the command line or a value in it is wrong
    not_found = 3,    ///< no such VM, image, operation or plugin
    unreachable = 4,  ///< no daemon answers, and none could be started
    interrupted = 130 ///< Ctrl-C
};

constexpr int as_int(ExitCode code) noexcept {
    return static_cast<int>(code);
}

} // namespace banger::cli
