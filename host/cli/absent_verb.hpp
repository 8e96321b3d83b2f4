#pragma once

#include "os/error.hpp"

#include <string>

namespace banger::cli {

class Session;

/// What is wrong with a command "vm stats" that neither we nor a plugin that runs brings: that the
/// plugin which brings it does not run, else that there is no such command. `near` is a guess at
/// what was meant, to go at the end of a message.
[[nodiscard]] os::Error absent_verb(const Session& session, const std::string& command,
                                    const std::string& near, const std::string& hint);

} // namespace banger::cli
