#pragma once

#include "cli/session.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace banger::cli {

struct Candidate {
    std::string word;
    std::string what;
};

/// The long options of a command. One without a group is not among them: it is there to say why it
/// cannot be.
[[nodiscard]] std::vector<Candidate> options_of(const CLI::App& app);

/// What may stand where the last of `words` is being typed. `root` holds all verbs. Names are asked
/// of a daemon that runs; none is started. Empty: nothing is known, file names are likely.
[[nodiscard]] std::vector<Candidate> candidates(Session& session, const CLI::App& root,
                                                const std::vector<std::string>& words);

} // namespace banger::cli
