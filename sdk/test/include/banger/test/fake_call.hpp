#pragma once

#include <banger/plugin.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/// What is said in one call between the fake host and a plugin. See fake_host.hpp.
namespace banger::fake {

class Host;

inline std::string text(banger_str value) {
    return value.ptr != nullptr ? std::string(value.ptr, static_cast<std::size_t>(value.len))
                                : std::string();
}
inline banger_str str(std::string_view value) {
    return {value.data(), value.size()};
}

/// A JSON string with its quotes.
inline std::string json_string(std::string_view value) {
    std::string result = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            static constexpr const char* digits = "0123456789abcdef";
            result += "\\u00";
            result += digits[static_cast<unsigned char>(c) >> 4U];
            result += digits[static_cast<unsigned char>(c) & 15U];
        } else {
            result += c;
        }
    }
    return result + "\"";
}

inline bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const auto first = static_cast<unsigned char>(bytes[i]);
        const std::size_t length = first < 0x80                    ? 1
                                   : first >= 0xC2 && first < 0xE0 ? 2
                                   : first >= 0xE0 && first < 0xF0 ? 3
                                   : first >= 0xF0 && first < 0xF5 ? 4
                                                                   : 0;
        if (length == 0 || i + length > bytes.size()) {
            return false;
        }
        for (std::size_t k = 1; k < length; ++k) {
            if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0U) != 0x80) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

/// One thing that a plugin emitted.
struct Output {
    std::uint32_t kind = 0; ///< BANGER_EMIT_*
    std::string bytes;
};

/// One field of a guest's configuration. field: "kernel_arg:quiet", "drive:data", "nic:eth0" or
/// "file:/etc/x"; value: the argument, host path, tap or the file's bytes.
struct Contribution {
    std::string field, value;
    bool read_only = false; ///< of a drive
    std::uint32_t mode = 0; ///< of a file
    std::string mac;        ///< of a card
    bool operator==(const Contribution& other) const {
        return field == other.field && value == other.value && read_only == other.read_only &&
               mode == other.mode && mac == other.mac;
    }
};

/// How a call into the plugin ended.
struct Outcome {
    banger_status status = BANGER_OK;
    std::string message, hint;         ///< why, and the next step; of a failure
    std::optional<std::string> cookie; ///< what it set
    std::vector<Output> output;
    std::vector<Contribution> guest; ///< what contribute() gave
    std::chrono::milliseconds took{};

    [[nodiscard]] bool ok() const { return status >= 0; }
    /// What it emitted, a line each.
    [[nodiscard]] std::string printed() const {
        std::string lines;
        for (const Output& item : output) {
            lines += item.bytes + "\n";
        }
        return lines;
    }
};

/// What a host function is to answer instead of doing its work.
struct Failure {
    banger_status status = BANGER_E_INTERNAL;
    std::string message, hint;
};

/// What the plugin did with the host. Of all threads, in the order of the calls.
struct Recorded {
    struct Log {
        std::int32_t level = 0;
        std::string text;
    };
    std::vector<std::string> calls; ///< "kv.set first", "exec.run curl"; one each
    std::vector<Log> log;
    std::vector<std::string> events;          ///< "type {json}"
    std::map<std::string, std::string> facts; ///< of guests, by the VM's id
    std::vector<std::string> misuse; ///< what a real host would have refused or been hurt by
};

} // namespace banger::fake

/// One call: who may use it, until when, and what was said in it. It is kept after its end, so that
/// a late use of it is told and harms nobody.
struct banger_call {
    using Clock = std::chrono::steady_clock;
    banger_call(banger::fake::Host& owner, std::string name, std::chrono::milliseconds time)
        : host(owner), what(std::move(name)), thread(std::this_thread::get_id()),
          begun(Clock::now()), limit(time) {
        fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        if (limit.count() > 0) {
            cancel_after(limit);
        }
    }
    banger_call(const banger_call&) = delete;
    banger_call& operator=(const banger_call&) = delete;
    ~banger_call() { end(); }

    void cancel_after(std::chrono::milliseconds delay) const {
        itimerspec at{};
        at.it_value.tv_sec = delay.count() / 1000;
        at.it_value.tv_nsec = delay.count() > 0 ? delay.count() % 1000 * 1000000 : 1;
        (void)::timerfd_settime(fd, 0, &at, nullptr);
    }
    [[nodiscard]] bool cancelled() const {
        pollfd entry{fd, POLLIN, 0};
        return ::poll(&entry, 1, 0) > 0;
    }
    [[nodiscard]] std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    }
    void end() {
        if (fd >= 0) {
            ::close(fd);
        }
        fd = -1;
    }
    [[nodiscard]] bool over() const { return fd < 0; }
    banger_str keep(std::string value) {
        // NOLINTNEXTLINE(bugprone-sizeof-container): the object takes room beside its text
        kept += value.size() + sizeof value;
        texts.push_back(std::move(value));
        return banger::fake::str(texts.back());
    }

    banger::fake::Host& host;
    std::string what;
    std::thread::id thread;
    Clock::time_point begun;
    std::chrono::milliseconds limit; ///< 0: none
    int fd = -1;                     ///< readable: cancelled, or the time is over
    bool takes_cookie = false;
    bool reaches_guest = false;        ///< contribute(): the builder may be used
    bool is_job = false;               ///< stages and progress may be told
    std::size_t emitted = 0, kept = 0; ///< bytes: by the plugin, of results for it
    banger::fake::Outcome outcome;
    banger::fake::Failure recorded; ///< by the host function that failed last

    std::deque<std::string> texts;
    std::deque<banger_result> results;
    std::deque<banger_response> responses;
    std::deque<banger_exec_result> exec_results;
    std::deque<banger_network> networks;
    std::deque<banger_vm_address> addresses;
};

/// The builder has no state of its own: what is contributed belongs to its call.
struct banger_gcb {
    banger_call* call = nullptr;
};
