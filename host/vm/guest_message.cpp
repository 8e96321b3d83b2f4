#include "vm/guest_message.hpp"

#include <array>
#include <cerrno>
#include <chrono>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

namespace banger::vm {

void tell_guest(Capabilities& capabilities, const VmView& vm, const std::string& text) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    const nlohmann::json program{{"argv", {"wall", text}}};
    CallContext context;
    const os::UniqueFd stream = capabilities.guest_exec(vm, program.dump(), context);
    // A stream that is closed before its program has ended would hang it up.
    std::array<char, 4096> ignored{};
    int reads = 64; // of a guest that goes on talking
    for (auto now = Clock::now(); now < deadline && reads > 0; now = Clock::now()) {
        pollfd entry{stream.get(), POLLIN, 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
        if (::poll(&entry, 1, static_cast<int>(left.count())) <= 0) {
            continue;
        }
        const ssize_t n = ::read(stream.get(), ignored.data(), ignored.size());
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            break;
        }
        --reads;
    }
}

} // namespace banger::vm
