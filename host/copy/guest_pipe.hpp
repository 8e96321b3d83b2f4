#pragma once

#include "cli/guest_exec.hpp"
#include "cli/interrupt.hpp"
#include "os/exec_frames.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace banger::copy {

/// The streams of a program in a guest, for whoever writes to it and reads from it in turn. Waits
/// as long as the guest lets it; Ctrl-C and what else ends a program end that: throws cancelled.
/// One that is dropped before its end hangs the program up.
class GuestPipe {
  public:
    explicit GuestPipe(cli::GuestStreams streams);

    /// Gives it all to the program. False when that takes no more: finish() says why.
    [[nodiscard]] bool write(std::string_view bytes);
    void end_input();
    /// What the program prints next; empty at its end.
    [[nodiscard]] std::string read();
    void check(); ///< throws cancelled when we are to end
    /// Waits for its end. Throws what it said on its standard error when it failed.
    void finish();

  private:
    void wait(bool also_writable);
    void send();
    void receive();
    void feed(std::string_view bytes);
    void take(const os::ExecFrames::Frame& frame);

    os::UniqueFd stream_;
    cli::Interrupt interrupt_{SIGTERM, SIGHUP}; ///< what is half done is taken back before the end
    os::ExecFrames frames_;
    std::string out_;     ///< to be sent
    std::string printed_; ///< and not yet read
    std::string errors_;
    bool broken_ = false;            ///< it takes nothing any more
    std::optional<std::string> end_; ///< payload of the last frame
};

} // namespace banger::copy
