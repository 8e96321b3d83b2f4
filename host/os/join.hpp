#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banger::os {

/// "a, b, c".
[[nodiscard]] inline std::string join(const std::vector<std::string>& words,
                                      std::string_view between = ", ") {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : between).append(word);
    }
    return text;
}

} // namespace banger::os
