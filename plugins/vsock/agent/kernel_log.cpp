#include "kernel_log.hpp"

#include "words.hpp"

#include <array>
#include <cstdio>

namespace agent {

std::string kernel_line(std::string_view record) {
    // "priority,sequence,microseconds,flags;text\n" and lines of details that begin with a blank
    const auto semicolon = record.find(';');
    if (semicolon == std::string_view::npos) {
        return {};
    }
    const auto fields = split(record.substr(0, semicolon), ',');
    const auto us = fields.size() > 2 ? parse_number(fields[2]).value_or(0) : 0;
    const std::string_view text = record.substr(semicolon + 1);
    std::array<char, 40> time{};
    std::snprintf(time.data(), time.size(), "[%5llu.%06llu] ",
                  static_cast<unsigned long long>(us / 1'000'000),
                  static_cast<unsigned long long>(us % 1'000'000));
    return time.data() + std::string(text.substr(0, text.find('\n'))) + "\n";
}

} // namespace agent
