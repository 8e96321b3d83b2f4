#include "copy/meter.hpp"

#include "cli/quantity.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace banger::copy {
namespace {

constexpr std::chrono::milliseconds frame_time{100};
constexpr const char* begin_again = "\r\033[K";

} // namespace

Meter::Meter(const cli::Terminal& terminal, std::string label)
    : terminal_(terminal), label_(std::move(label)) {}

Meter::~Meter() {
    if (live_) {
        show("", "");
    }
}

void Meter::add(std::size_t bytes) {
    bytes_ += bytes;
    const auto now = Clock::now();
    if (!terminal_.tty || now - std::max(shown_, begun_) < frame_time) {
        return;
    }
    shown_ = now;
    live_ = true;
    show(cli::bytes_text(static_cast<double>(bytes_)) + "  " + rate(now), "");
}

void Meter::done() {
    if (terminal_.tty) {
        const std::chrono::duration<double> time = Clock::now() - begun_;
        show(cli::bytes_text(static_cast<double>(bytes_)) + " in " +
                 cli::duration_text(time.count()),
             "\n");
        live_ = false;
    }
}

std::string Meter::rate(Clock::time_point now) const {
    const std::chrono::duration<double> time = now - begun_;
    return cli::bytes_text(static_cast<double>(bytes_) / std::max(time.count(), 0.001)) + "/s";
}

/// What the terminal does not take is nobody's trouble.
void Meter::show(const std::string& text, const char* end) const {
    const std::string line = text.empty() ? "" : terminal_.bold(label_) + "  " + text;
    const auto width = static_cast<std::size_t>(std::max(terminal_.width - 1, 1));
    (void)std::fputs((begin_again + cli::fitted(line, width) + end).c_str(), stderr);
    (void)std::fflush(stderr);
}

} // namespace banger::copy
