#include "os/word_after.hpp"

namespace banger::os {

std::string word_after(std::string_view output, std::string_view before) {
    const std::size_t at = output.find(before);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = output.substr(at + before.size());
    return std::string(rest.substr(0, rest.find_first_of(" \r\n")));
}

} // namespace banger::os
