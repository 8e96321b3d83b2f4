#include "report.hpp"

#include "stop.hpp"

#include <cerrno>
#include <string>

#include <unistd.h>

namespace image_tool {
namespace {

constexpr auto least_pause = std::chrono::milliseconds(100);

/// False where nobody reads any more.
bool write_line(int fd, const nlohmann::json& value) {
    std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    std::string_view left = text;
    while (!left.empty()) {
        const ssize_t written = ::write(fd, left.data(), left.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

void Report::line(const nlohmann::json& value) {
    if (!write_line(fd_, value)) {
        ask_to_stop();
    }
}

void Report::stage(std::string_view name) {
    check_stop();
    last_progress_ = {};
    line({{"stage", name}});
}

void Report::progress(std::uint64_t done, std::uint64_t total, std::string_view unit) {
    check_stop();
    const auto now = std::chrono::steady_clock::now();
    if (now - last_progress_ < least_pause) {
        return;
    }
    last_progress_ = now;
    line({{"done", done}, {"total", total}, {"unit", unit}});
}

void Report::result(const nlohmann::json& value) {
    line({{"result", value}});
}

void Report::error(const Failure& failure) noexcept {
    try {
        nlohmann::json error{{"kind", to_string(failure.kind())}, {"message", failure.what()}};
        if (!failure.hint().empty()) {
            error["hint"] = failure.hint();
        }
        (void)write_line(fd_, {{"error", std::move(error)}});
    } catch (...) { // no memory for a message: the exit status has to do
    }
}

} // namespace image_tool
