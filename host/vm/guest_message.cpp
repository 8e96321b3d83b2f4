#include "vm/guest_message.hpp"

#include "os/error.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

namespace banger::vm {
using Clock = std::chrono::steady_clock;

namespace {

constexpr int most_tries = 3; ///< a busy guest may not answer in its time

/// TEXT: to each terminal, and waits for none that its user holds (Ctrl-S). wall(1) goes by utmp,
/// which does not have who logged in while the guest booted, and is not in every guest.
constexpr const char* write_script = R"(
for tty in /dev/pts/[0-9]*; do
    [ ! -c "$tty" ] || printf '
%s
' "$1" >"$tty" &
done
wait)";

void try_to_tell(Capabilities& capabilities, const VmView& vm, const std::string& text) {
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    const nlohmann::json program{{"argv", {"sh", "-c", write_script, "sh", text}}};
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

} // namespace

void tell_guest(Capabilities& capabilities, const VmView& vm, const std::string& text) {
    for (int tries = 1;; ++tries) {
        try {
            return try_to_tell(capabilities, vm, text);
        } catch (const os::Error&) {
            if (tries == most_tries) {
                throw;
            }
        }
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}

} // namespace banger::vm
