#include "cli/config_verdict.hpp"

#include "os/error.hpp"
#include "os/paths.hpp"

namespace banger::cli {

os::Output config_verdict(const std::filesystem::path& file) {
    const std::filesystem::path program = os::installation().bin / "bangerd";
    os::RunOptions options;
    options.timeout = std::chrono::seconds(60); // a KVM that hangs is found out in seconds
    os::Output told = os::run({program.string(), "--check-config", file.string()}, options);
    if (told.timed_out) {
        throw os::Error(os::ErrorKind::timeout, "no verdict on " + file.string() + " after 60 s");
    }
    if (told.status.signal != 0) { // a plugin that is asked may do that
        throw os::Error(os::ErrorKind::internal, "the check ended with " + told.status.text(),
                        "leave plugins out under plugins: to find the one that does it");
    }
    return told;
}

} // namespace banger::cli
