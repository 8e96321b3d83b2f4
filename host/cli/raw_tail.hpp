#pragma once

#include <string>
#include <vector>

namespace banger::cli {

struct SplitWords {
    std::vector<std::string> head; ///< parsed by us
    std::vector<std::string> tail; ///< given on as it is
};

/// Cuts what belongs to somebody else off the command line: a remote command (vm exec), options
/// of ssh (vm ssh), arguments of a plugin's verb (x). Our own options stand before it.
[[nodiscard]] SplitWords split_words(const std::vector<std::string>& words);

} // namespace banger::cli
