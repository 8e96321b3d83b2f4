#include "vmm/kernel_args.hpp"

#include "os/error.hpp"

#include <algorithm>

namespace banger::vmm {
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::array<std::string_view, 5> loud_keys{"quiet", "debug", "loglevel", "ignore_loglevel",
                                                    "initcall_debug"};

std::string_view key_of(std::string_view arg) {
    return arg.substr(0, arg.find('='));
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& keys, std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

} // namespace

std::string kernel_line(std::vector<std::string> own, const std::vector<std::string>& given) {
    const bool loud = std::any_of(given.begin(), given.end(), [](const std::string& arg) {
        return contains(loud_keys, key_of(arg));
    });
    if (!loud) {
        own.emplace_back("quiet"); // each byte of the serial port costs an exit
    }
    for (const std::string& arg : given) {
        if (arg.empty() || arg.find_first_of(" \t\n") != std::string::npos) {
            throw Error(ErrorKind::invalid, "kernel argument \"" + arg + "\": one word is needed");
        }
        if (contains(driver_kernel_keys, key_of(arg))) {
            throw Error(ErrorKind::invalid, "kernel argument \"" + arg +
                                                "\": the VMM driver sets " +
                                                std::string(key_of(arg)));
        }
        own.push_back(arg);
    }
    std::string line;
    for (const std::string& arg : own) {
        line += (line.empty() ? "" : " ") + arg;
    }
    return line;
}

} // namespace banger::vmm
