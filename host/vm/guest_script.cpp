#include "vm/guest_script.hpp"

#include "os/error.hpp"
#include "os/exec_frames.hpp"

#include <array>
#include <cerrno>
#include <optional>
#include <sstream>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

namespace banger::vm {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using os::ExecFrame;
using os::ExecFrames;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t most_words = 200;
constexpr std::size_t most_heard = 65536;

/// What a guest says is its own choice: the last line, without control characters.
std::string last_line(const std::string& text) {
    std::istringstream lines(text);
    std::string last;
    for (std::string line; std::getline(lines, line);) {
        if (line.find_first_not_of(" \r\t") != std::string::npos) {
            last = line.substr(0, most_words);
        }
    }
    for (char& c : last) {
        c = c >= ' ' && c <= '~' ? c : '?';
    }
    return last;
}

/// Empty when the program ended well.
std::string outcome(const std::string& end, const std::string& errors) {
    const json how = json::parse(end, nullptr, false);
    if (how.is_object() && how.contains("exit") && how["exit"] == 0) {
        return {};
    }
    if (how.is_object() && how.contains("error") && how["error"].is_string()) {
        return "the guest's agent says: " + last_line(how["error"].get<std::string>());
    }
    const std::string words = last_line(errors);
    return words.empty() ? "a program in the guest failed" : "the guest says: " + words;
}

/// True when there is something to read; false when it is to be looked at the time again.
bool wait_for(int stream, const CallContext& context, Clock::time_point deadline) {
    std::array<pollfd, 2> entries{
        {{stream, POLLIN, 0}, {context.cancel_fd, POLLIN, 0}}}; // -1 is passed over
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0 ||
        ::poll(entries.data(), entries.size(), static_cast<int>(left.count())) <= 0) {
        return false;
    }
    if (entries[1].revents != 0) {
        throw Error(ErrorKind::cancelled, "cancelled");
    }
    return true;
}

std::string run(Capabilities& capabilities, const VmView& vm, const json& program,
                std::chrono::seconds longest, CallContext& context) {
    const auto deadline = Clock::now() + longest;
    const os::UniqueFd stream = capabilities.guest_exec(vm, program.dump(), context);
    ExecFrames frames;
    std::string errors;
    std::size_t heard = 0;
    std::array<char, 4096> buffer{};
    while (Clock::now() < deadline && heard < most_heard) {
        if (!wait_for(stream.get(), context, deadline)) {
            continue;
        }
        const ssize_t n = ::read(stream.get(), buffer.data(), buffer.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (n <= 0) {
            return "the guest's agent left";
        }
        heard += static_cast<std::size_t>(n);
        frames.feed({buffer.data(), static_cast<std::size_t>(n)});
        while (const auto frame = frames.next()) {
            if (frame->type == ExecFrame::end) {
                return outcome(frame->payload, errors);
            }
            if (frame->type == ExecFrame::error) {
                errors += frame->payload;
            }
        }
    }
    return "the guest's agent did not answer in time";
}

} // namespace

const std::string_view device_of = R"sh(
device_of() {
    names=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^banger\.disks=\(.*\)/\1,/p')
    disk=
    for block in /sys/class/block/vd?; do
        name=$(cat "$block/serial" 2>/dev/null)
        [ -z "$names" ] || { name=${names%%,*}; names=${names#*,}; }
        [ "$name" = "$1" ] && disk=/dev/${block##*/}
    done
    [ -n "$disk" ] || { echo "there is no disk $1" >&2; exit 1; }
    echo "$disk"
}
)sh";

std::string run_in_guest(Capabilities& capabilities, const VmView& vm, const std::string& script,
                         const std::vector<std::string>& words, std::chrono::seconds longest,
                         CallContext& context) {
    json argv{"sh", "-c", script, "sh"};
    for (const std::string& word : words) {
        argv.push_back(word);
    }
    try {
        return run(capabilities, vm, {{"argv", argv}, {"user", "root"}}, longest, context);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) {
            throw;
        }
        return error.what();
    }
}

} // namespace banger::vm
