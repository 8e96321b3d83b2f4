#include "plugin/limits.hpp"

#include "os/error.hpp"

namespace banger::plugin::limits {
namespace {

constexpr const char* next_step =
    "tell the plugin's author: docs/plugins.md has every limit (Limits); or switch the plugin off";

} // namespace

void require(const char* what, std::uint64_t size, std::uint64_t most) {
    if (size > most) {
        throw os::Error(os::ErrorKind::invalid,
                        std::string(what) + " is " + std::to_string(size) + " bytes, at most " +
                            std::to_string(most),
                        next_step);
    }
}

std::string taken(const char* what, banger_str text, std::uint64_t most) {
    require(what, text.len, most);
    return text.ptr ? std::string(text.ptr, text.len) : std::string();
}

void require_count(const char* what, std::uint64_t count, std::uint64_t most) {
    if (count > most) {
        throw os::Error(os::ErrorKind::invalid,
                        std::string(what) + ": " + std::to_string(count) + ", at most " +
                            std::to_string(most),
                        next_step);
    }
}

} // namespace banger::plugin::limits
