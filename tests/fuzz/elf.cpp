// What a file in a plugin folder can be: any bytes. It is read in the daemon before anything of it
// runs, so nothing in it may cost the daemon more than the file is large.

#include "os/error.hpp"
#include "os/unique_fd.hpp"
#include "plugin/binary.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace {

/// The file that is written anew for each input.
const banger::os::UniqueFd& file() {
    static const banger::os::UniqueFd kept(::memfd_create("plugin.so", MFD_CLOEXEC));
    return kept;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace banger;
    const int fd = file().get();
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) {
        std::abort();
    }
    try {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        plugin::check_symbols(path, path);
    } catch (const os::Error& error) { // a refusal is an answer; anything else is a finding
        if (error.kind() != os::ErrorKind::invalid) {
            std::abort();
        }
    }
    return 0;
}
