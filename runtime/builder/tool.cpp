#include "builder/tool.hpp"

#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/process.hpp"

#include <array>
#include <sstream>

namespace banger::bundle {
namespace {

using os::Error;
using os::ErrorKind;

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> packages{{
    {"apt-cache", "apt"},
    {"apt-get", "apt"},
    {"fakeroot", "fakeroot"},
    {"mke2fs", "e2fsprogs"},
    {"mmdebstrap", "mmdebstrap"},
    {"sh", "dash"},
    {"ssh-keygen", "openssh-client"},
    {"tar", "tar"},
}};

std::string package_of(std::string_view program) {
    for (const auto& [name, package] : packages) {
        if (name == program) {
            return std::string(package);
        }
    }
    return std::string(program);
}

std::vector<std::string> last_lines(const std::string& text, std::size_t count) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) {
            lines.push_back(line);
        }
    }
    if (lines.size() > count) {
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    }
    return lines;
}

} // namespace

std::string run_tool(const std::vector<std::string>& argv, const Interrupt& interrupt,
                     const std::optional<std::filesystem::path>& cwd) {
    if (!os::find_program(argv.at(0))) {
        throw Error(ErrorKind::unavailable, "the program " + argv[0] + " is not installed",
                    "apt-get install " + package_of(argv[0]));
    }
    os::RunOptions options;
    options.timeout = std::chrono::hours(2);
    options.cancel_fd = interrupt.fd();
    options.cwd = cwd;
    const os::Output output = os::run(argv, options);
    interrupt.check();
    if (!output.status.ok()) {
        const auto details = last_lines(output.err.empty() ? output.out : output.err, 12);
        const bool full = output.err.find("No space left on device") != std::string::npos;
        throw Error(full ? ErrorKind::exhausted : ErrorKind::unavailable,
                    argv[0] + " failed (" + output.status.text() + ")" +
                        (details.empty() ? "" : ": " + details.back()),
                    full ? "free some space on that file system and try again" : "")
            .with_details(details);
    }
    return output.out;
}

} // namespace banger::bundle
