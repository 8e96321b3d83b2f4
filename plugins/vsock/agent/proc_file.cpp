#include "proc_file.hpp"

#include "guest/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>

namespace agent {

std::string read_proc(const std::string& path, std::size_t limit) {
    std::string text;
    const banger::guest::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    std::array<char, 8192> buffer; // NOLINT: filled by read()
    while (file && text.size() < limit) {
        const ssize_t n =
            ::read(file.get(), buffer.data(), std::min(buffer.size(), limit - text.size()));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return text;
}

} // namespace agent
