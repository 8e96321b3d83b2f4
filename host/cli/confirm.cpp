#include "cli/confirm.hpp"

#include <iostream>

namespace banger::cli {

bool confirm(const std::string& question) {
    std::cerr << question << " [y/N] " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line == "y" || line == "Y" || line == "yes";
}

} // namespace banger::cli
