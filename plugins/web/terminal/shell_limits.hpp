#pragma once

#include <chrono>
#include <cstddef>

namespace web {

/// What shells in guests may take of us.
struct ShellLimits {
    std::size_t shells = 16; ///< at a time, those that are kept for their page included
    std::size_t of_one_vm = 4;
    std::chrono::milliseconds alone_time{5 * 60 * 1000}; ///< without a page; then it is hung up
    std::size_t scrollback_bytes = 256U << 10U;
    std::size_t message_bytes = 64U << 10U;  ///< one message of a page
    std::size_t unsent_bytes = 128U << 10U;  ///< read of a guest, not sent to its page yet
    std::size_t unseen_bytes = 256U << 10U;  ///< sent, and not drawn by the page yet
    std::size_t untaken_bytes = 128U << 10U; ///< typed, and not taken by the guest yet
    std::chrono::milliseconds ping_time{
        20000}; ///< a page that does not answer until the next has gone
    std::chrono::milliseconds start_time{30000};  ///< of the shell, until the guest has it
    std::chrono::milliseconds last_words{2000};   ///< for the daemon to say that the VM has ended
    std::chrono::milliseconds goodbye_time{2000}; ///< for a page to take the end
};

} // namespace web
