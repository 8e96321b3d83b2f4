// A terminal's two ends: what a page says of its size and of what it has drawn, and what a guest
// sends as frames. Whatever comes, what is kept is the end of it, and what is told to the other
// side is what may be.

#include "terminal/guest_frames.hpp"
#include "terminal/page_messages.hpp"
#include "terminal/scrollback.hpp"

#include "bytes.hpp"

#include <cstdlib>
#include <stdexcept>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

void read_message(std::string_view text) {
    const auto message = web::read_page_message(text);
    if (message) {
        require(message->size || message->seen);
    }
    if (message && message->size) {
        require(message->size->rows >= 1 && message->size->rows <= 1000);
        require(message->size->columns >= 1 && message->size->columns <= 1000);
    }
}

/// The same frames, whole and in pieces; what they print, behind each other.
void read_guest(std::string_view bytes, std::size_t piece) {
    web::GuestFrames whole;
    web::GuestFrames cut;
    web::Scrollback kept(64);
    std::string all;
    std::string again;
    const auto take = [&](web::GuestFrames& frames, std::string& text) {
        try {
            while (const auto frame = frames.next()) {
                require(frame->payload.size() <= web::longest_frame);
                require(frame->kind != web::FrameKind::input &&
                        frame->kind != web::FrameKind::size);
                if (frame->kind == web::FrameKind::end) {
                    (void)web::end_of_program(frame->payload);
                    (void)web::was_hung_up(frame->payload);
                }
                text += frame->payload;
            }
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    };
    whole.feed(bytes);
    const bool good = take(whole, all);
    bool still = true;
    for (std::size_t at = 0; still && at < bytes.size(); at += piece) {
        cut.feed(bytes.substr(at, piece));
        const std::size_t before = again.size();
        still = take(cut, again);
        kept.add(std::string_view(again).substr(before));
    }
    require(still == good && all == again);
    require(kept.end() == all.size());
    require(kept.read(kept.begin(), all.size()) == all.substr(kept.begin()));
    require(kept.first_line() >= kept.begin() && kept.first_line() <= kept.end());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    banger::fuzz::Bytes bytes(data, size);
    const std::size_t piece = 1U + bytes.byte();
    read_message(bytes.text());
    std::string frames;
    for (std::uint8_t kind = bytes.byte(); kind < 6; kind = bytes.byte()) { // good ones first
        frames += web::frame_text(static_cast<web::FrameKind>(kind), bytes.text());
        if (bytes.rest().empty()) {
            break;
        }
    }
    frames += bytes.rest();
    read_guest(frames, piece);
    return 0;
}
