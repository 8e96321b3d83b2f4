#include "os/ssh_include.hpp"

#include <algorithm>
#include <string_view>

namespace banger::os {

std::string ssh_include(const std::filesystem::path& file) {
    static constexpr std::string_view special = "*?[]\\\"'%$\t";
    std::string text = file.string();
    std::replace_if(
        text.begin(), text.end(), [](char c) { return special.find(c) != std::string_view::npos; },
        '?');
    return "Include " + (text.find(' ') == std::string::npos ? text : "\"" + text + "\"");
}

} // namespace banger::os
