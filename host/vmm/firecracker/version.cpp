#include "vmm/firecracker/version.hpp"

#include "os/run.hpp"
#include "os/word_after.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace banger::vmm::firecracker {

std::optional<Version> parse_version(std::string_view text) {
    if (text.starts_with('v')) {
        text.remove_prefix(1);
    }
    std::array<unsigned, 3> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) {
            if (!text.starts_with('.')) {
                return std::nullopt;
            }
            text.remove_prefix(1);
        }
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, numbers.at(i));
        if (error != std::errc()) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    }
    if (!text.empty() && text.front() != '-' && text.front() != '+') {
        return std::nullopt;
    }
    return Version{numbers[0], numbers[1], numbers[2]};
}

std::string to_string(const Version& version) {
    return std::to_string(version.major_number) + "." + std::to_string(version.minor_number) + "." +
           std::to_string(version.patch);
}

std::string ask_version(const std::filesystem::path& program, std::string_view before) {
    os::RunOptions options;
    options.timeout = std::chrono::seconds(10);
    options.die_with_parent = true; // else nobody ends one that hangs
    const os::Output output = os::run({program.string(), "--version"}, options);
    return output.timed_out || !output.status.ok() ? std::string()
                                                   : os::word_after(output.out, before);
}

std::string_view known_trouble(const Version& version) noexcept {
    // https://github.com/firecracker-microvm/firecracker/issues/6100
    if (version >= Version{1, 16, 0} && version < Version{1, 17, 0}) {
        return "this release may lose the way to a guest's agent when the VM is paused and "
               "resumed; 1.15.1 and 1.17 do not";
    }
    return {};
}

} // namespace banger::vmm::firecracker
