#include "plugin_probe/check/spill.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace banger::plugin_probe {

Spill::Spill() {
    ::fcntl(pipe_.read.get(), F_SETFL, O_NONBLOCK);
}

void Spill::take_over() {
    pipe_.read.reset();
    ::dup2(pipe_.write.get(), STDOUT_FILENO);
    ::dup2(pipe_.write.get(), STDERR_FILENO);
    pipe_.write.reset();
}

void Spill::forward() {
    std::array<char, 65536> bytes{};
    for (int pieces = 0; pipe_.read && pieces < 16; ++pieces) { // and then the report has its turn
        const ssize_t got = ::read(pipe_.read.get(), bytes.data(), bytes.size());
        if (got == 0) {
            pipe_.read.reset(); // poll() would not wait any more
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
