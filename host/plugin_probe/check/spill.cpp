#include "plugin_probe/check/spill.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace banger::plugin_probe {

Spill::Spill() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw os::errno_error("pipe");
    }
    read_.reset(ends[0]);
    write_.reset(ends[1]);
    ::fcntl(read_.get(), F_SETFL, O_NONBLOCK);
}

void Spill::take_over() {
    read_.reset();
    ::dup2(write_.get(), STDOUT_FILENO);
    ::dup2(write_.get(), STDERR_FILENO);
    write_.reset();
}

void Spill::forward() {
    std::array<char, 65536> bytes{};
    for (int pieces = 0; read_ && pieces < 16; ++pieces) { // and then the report has its turn
        const ssize_t got = ::read(read_.get(), bytes.data(), bytes.size());
        if (got == 0) {
            read_.reset(); // poll() would not wait any more
        }
        if (got <= 0) {
            return;
        }
        const auto size = static_cast<std::size_t>(got);
        const std::size_t shown = bytes_ < most_shown ? std::min(size, most_shown - bytes_) : 0;
        static_cast<void>(::write(STDERR_FILENO, bytes.data(), shown) < 0); // nobody may read it
        bytes_ += size;
    }
}

} // namespace banger::plugin_probe
