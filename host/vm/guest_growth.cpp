#include "vm/guest_growth.hpp"

#include "os/error.hpp"
#include "os/exec_frames.hpp"

#include <array>
#include <cerrno>
#include <chrono>
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

constexpr std::chrono::seconds longest{60};
constexpr std::size_t most_words = 200;
constexpr std::size_t most_heard = 65536;

/// ID SECTORS. Disks have their ids as serials or, where the VMM has none, by their order in
/// banger.disks; udev's links are not there in a guest that starts quickly. The kernel hears of the
/// size by an interrupt, a moment later. The writable half of an overlay is mounted nowhere that
/// the guest could name: so it is mounted once more, where nobody else sees it, which resize2fs
/// needs to grow it in use.
constexpr const char* grow_script = R"sh(
names=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^banger\.disks=\(.*\)/\1,/p')
disk=
for block in /sys/class/block/vd?; do
    name=$(cat "$block/serial" 2>/dev/null)
    [ -z "$names" ] || { name=${names%%,*}; names=${names#*,}; }
    [ "$name" = "$1" ] && disk=/dev/${block##*/}
done
[ -n "$disk" ] || { echo "there is no disk $1" >&2; exit 1; }
tries=100
until [ "$(cat "/sys/class/block/${disk##*/}/size")" -ge "$2" ]; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { echo "its kernel does not see the new size" >&2; exit 1; }
    sleep 0.1
done
exec unshare -m sh -c 'mount "$1" /mnt && exec resize2fs "$1"' sh "$disk")sh";

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
    return "the guest says: " + (words.empty() ? "resize2fs failed" : words);
}

std::string run(Capabilities& capabilities, const VmView& vm, const json& program) {
    const auto deadline = Clock::now() + longest;
    CallContext context;
    const os::UniqueFd stream = capabilities.guest_exec(vm, program.dump(), context);
    ExecFrames frames;
    std::string errors;
    std::size_t heard = 0;
    std::array<char, 4096> buffer{};
    for (auto now = Clock::now(); now < deadline && heard < most_heard; now = Clock::now()) {
        pollfd entry{stream.get(), POLLIN, 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
        if (::poll(&entry, 1, static_cast<int>(left.count())) <= 0) {
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

std::string grow_guest_disk(Capabilities& capabilities, const VmView& vm, const std::string& disk,
                            std::uint64_t bytes) {
    const json program{{"argv", {"sh", "-c", grow_script, "sh", disk, std::to_string(bytes / 512)}},
                       {"user", "root"}};
    try {
        return run(capabilities, vm, program);
    } catch (const Error& error) {
        return error.what();
    }
}

} // namespace banger::vm
