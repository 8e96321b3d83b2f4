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

/// What may stand where the last of `words` is being typed. `root` holds all verbs. Names are asked
/// of a daemon that runs; none is started. Empty: nothing is known, file names are likely.
[[nodiscard]] std::vector<Candidate> candidates(Session& session, const CLI::App& root,
                                                const std::vector<std::string>& words);

} // namespace banger::cli
