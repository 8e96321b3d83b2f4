#include "copy/guest_pipe.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace banger::copy {
namespace {

using api_client::Json;

constexpr std::size_t longest_errors = 4096;
constexpr std::size_t most_unread = 1U << 20U;
constexpr std::size_t longest_end = 200; ///< of a last frame that is shown

/// The first lines, each without what would act on a terminal.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (end > at) {
            lines.push_back(cli::plain_text(text.substr(at, end - at)));
        }
        at = end + 1;
    }
    return lines;
}

} // namespace

GuestPipe::GuestPipe(cli::GuestStreams streams) : stream_(std::move(streams.stream)) {
    ::fcntl(stream_.get(), F_SETFL, O_NONBLOCK);
    feed(streams.first);
}

bool GuestPipe::write(std::string_view bytes) {
    while (!bytes.empty() && !end_ && !broken_) {
        const std::string_view part = bytes.substr(0, os::most_exec_payload);
        out_ += os::exec_frame(os::ExecFrame::input, part);
        bytes.remove_prefix(part.size());
        while (!out_.empty() && !end_) {
            wait(true);
        }
    }
    return !end_ && !broken_;
}

void GuestPipe::end_input() {
    if (broken_) {
        return;
    }
    out_ += os::exec_frame(os::ExecFrame::input, {});
    while (!out_.empty() && !end_) {
        wait(true);
    }
}

void GuestPipe::check() {
    if (interrupt_.taken()) {
        throw os::Error(os::ErrorKind::cancelled, "interrupted");
    }
}

std::string GuestPipe::read() {
    check(); // a guest that always has more to say is never waited for
    receive();
    while (printed_.empty() && !end_) {
        wait(false);
    }
    return std::exchange(printed_, {});
}

void GuestPipe::finish() {
    receive();
    while (!end_) {
        printed_.clear(); // of no interest any more
        wait(false);
    }
    const Json end = Json::parse(*end_, nullptr, false);
    if (const std::string error = cli::text_at(end, "error"); !error.empty()) {
        throw os::Error(os::ErrorKind::unsupported, cli::plain_line(error));
    }
    if (cli::number_at(end, "exit").value_or(-1) == 0) {
        return;
    }
    std::vector<std::string> lines = lines_of(errors_);
    if (lines.empty()) {
        throw os::Error(os::ErrorKind::internal, "what copies in the guest ended with " +
                                                     cli::plain_line(end_->substr(0, longest_end)));
    }
    const std::string first = lines.front();
    lines.erase(lines.begin());
    throw os::Error(os::ErrorKind::internal, first).with_details(std::move(lines));
}

void GuestPipe::wait(bool also_writable) {
    std::array<pollfd, 2> entries{
        {{stream_.get(), static_cast<short>(also_writable ? POLLIN | POLLOUT : POLLIN), 0},
         {interrupt_.fd(), POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) {
        throw os::errno_error("poll");
    }
    check();
    if ((entries[0].revents & POLLOUT) != 0) {
        send();
    }
    if ((entries[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        receive();
    }
}

void GuestPipe::send() {
    const ssize_t n = ::send(stream_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (n > 0) {
        out_.erase(0, static_cast<std::size_t>(n));
    } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
        out_.clear(); // it may have ended: what it said is still to be read
        broken_ = true;
    }
}

void GuestPipe::receive() {
    std::array<char, 65536> buffer; // NOLINT(*-init): filled by recv
    const ssize_t n = end_ ? -1 : ::recv(stream_.get(), buffer.data(), buffer.size(), 0);
    if (n == 0 || (n < 0 && !end_ && errno != EAGAIN && errno != EINTR)) {
        throw os::Error(os::ErrorKind::internal,
                        "the guest's agent went away in the middle of the copy",
                        "banger vm show tells how the VM is");
    }
    feed({buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))});
}

void GuestPipe::feed(std::string_view bytes) {
    frames_.feed(bytes);
    while (!end_) {
        const auto frame = frames_.next();
        if (!frame) {
            break;
        }
        take(*frame);
    }
}

void GuestPipe::take(const os::ExecFrames::Frame& frame) {
    switch (frame.type) {
    case os::ExecFrame::output:
        printed_ += frame.payload;
        if (printed_.size() > most_unread) { // while we only write
            throw os::Error(os::ErrorKind::internal, "the guest says what nobody asked for");
        }
        break;
    case os::ExecFrame::error:
        errors_ += frame.payload.substr(0, longest_errors - errors_.size());
        break;
    case os::ExecFrame::end:
        end_ = frame.payload;
        break;
    case os::ExecFrame::input:
    case os::ExecFrame::size:
    case os::ExecFrame::signal:
        break; // the frames of the guest are none of these
    }
}

} // namespace banger::copy
