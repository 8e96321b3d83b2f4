#pragma once

#include "cli/noun.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace banger::cli {

/// How a kind of thing is listed and shown.
struct Listing {
    Noun noun;
    const char* none; ///< what is said when there are none
    std::vector<std::string> headings;
    std::vector<std::string> (*row)(const Json& entry, const Terminal& terminal);
    const char* list_summary;
    const char* show_summary;
    void (*show)(const Session& session, const Json& entry);
};

/// Gives a noun the verbs `ls` and `show`.
void add_reads(CLI::App& noun, Session& session, Listing listing);

} // namespace banger::cli
