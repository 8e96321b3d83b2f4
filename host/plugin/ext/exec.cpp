#include "os/run.hpp"
#include "os/utf8.hpp"
#include "plugin/extensions.hpp"
#include "plugin/job.hpp"
#include "plugin/limits.hpp"

#include <algorithm>
#include <cstddef>

#include <unistd.h>

namespace banger::plugin {
namespace {

using os::Error;
using os::ErrorKind;
using std::chrono::milliseconds;

constexpr std::uint64_t default_output = 4 * limits::mib;

constexpr banger_exec_result misused{
    .struct_size = sizeof(banger_exec_result),
    .status = BANGER_E_INVALID,
    .out = {"", 0},
    .err = {"", 0},
    .message = {"", 0},
    .hint = {"", 0},
};

constexpr banger_exec_result gone{
    .struct_size = sizeof(banger_exec_result),
    .status = BANGER_E_UNAVAILABLE,
    .out = {"", 0},
    .err = {"", 0},
    .message = {gone_message.data(), gone_message.size()},
    .hint = {gone_hint.data(), gone_hint.size()},
};

constexpr banger_exec_result full{
    .struct_size = sizeof(banger_exec_result),
    .status = BANGER_E_UNAVAILABLE,
    .out = {"", 0},
    .err = {"", 0},
    .message = {full_message.data(), full_message.size()},
    .hint = {full_hint.data(), full_hint.size()},
};

/// An argument, which may have any bytes but that: names of files are not always UTF-8.
std::string word(banger_str text) {
    std::string result = copy(text);
    if (result.find('\0') != std::string::npos) {
        throw Error(ErrorKind::invalid, "exec: a NUL byte in an argument");
    }
    return result;
}

/// What is named in messages, too.
std::string name(banger_str text, const char* what) {
    std::string result = word(text);
    if (!os::is_utf8(result)) {
        throw Error(ErrorKind::invalid, std::string("exec: ") + what + " is not UTF-8");
    }
    return result;
}

/// Before anything is copied.
void check_sizes(const banger_exec_request& request) {
    if (request.argc == 0) {
        throw Error(ErrorKind::invalid, "exec: no program is named");
    }
    limits::require_count("exec: arguments", request.argc, limits::exec_arguments);
    limits::require_count("exec: variables", request.env_count, limits::exec_arguments);
    std::uint64_t bytes = 0;
    const auto add = [&](const banger_str& text) { // neither may wrap round
        limits::require("exec: an argument", text.len, limits::exec_bytes);
        bytes += text.len;
    };
    for (std::uint64_t i = 0; i < request.argc; ++i) {
        add(request.argv[i]);
    }
    for (std::uint64_t i = 0; i < request.env_count; ++i) {
        add(request.env[i].key);
        add(request.env[i].value);
    }
    add(request.cwd);
    limits::require("exec: the whole command", bytes, limits::exec_bytes);
    limits::require("exec: the input", request.input.len, limits::exec_input);
}

std::vector<std::string> environment(const banger_exec_request& request) {
    std::vector<std::string> all;
    std::vector<std::string> added;
    for (std::uint64_t i = 0; i < request.env_count; ++i) {
        added.push_back(name(request.env[i].key, "the name of a variable") + "=");
        all.push_back(added.back() + word(request.env[i].value));
    }
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        if (std::none_of(added.begin(), added.end(),
                         [&](const auto& key) { return text.starts_with(key); })) {
            all.emplace_back(text);
        }
    }
    return all;
}

/// Half of what a job has for its clean-up is for what comes after the program.
milliseconds grace_of(const Call& call) {
    return call.job ? std::min(limits::exec_job_grace, call.job->cleanup() / 2)
                    : limits::exec_grace;
}

os::Output run_request(Call& call, const banger_exec_request& request) {
    require_struct(&request, &banger_exec_request::output_limit, "exec: the request");
    if (request.flags != 0) {
        throw Error(ErrorKind::unsupported, "exec: unknown flags");
    }
    check_sizes(request);
    std::vector<std::string> argv{name(request.argv[0], "the program")};
    for (std::uint64_t i = 1; i < request.argc; ++i) {
        argv.push_back(word(request.argv[i]));
    }
    milliseconds timeout = call.remaining();
    if (request.timeout_ms > 0) {
        timeout = std::min(timeout, limits::time(request.timeout_ms));
    }
    os::RunOptions options{
        .timeout = std::max(timeout, milliseconds(1)),
        .input = copy(request.input),
        .limit = std::min(request.output_limit > 0 ? request.output_limit : default_output,
                          limits::exec_output),
        .cancel_fd = call.cancel_fd(),
        .grace = grace_of(call),
        .env = environment(request)};
    constexpr auto with_output =
        offsetof(banger_exec_request, output_context) + sizeof request.output_context;
    if (request.struct_size >= with_output && request.on_output) {
        options.on_output = [&](std::string_view bytes, bool out) {
            request.on_output(request.output_context, call.handle, out ? 1 : 2,
                              {bytes.data(), bytes.size()});
        };
    }
    const std::string cwd = name(request.cwd, "the folder");
    options.cwd = cwd.empty() ? call.plugin.view().state_dir() : cwd;
    call.plugin.view().log(call.handle, BANGER_LOG_DEBUG, "exec " + argv.front(), {});
    os::Output output = os::run(argv, options);
    if (output.cancelled) {
        throw Error(ErrorKind::cancelled, argv.front() + ": cancelled");
    }
    if (output.timed_out) {
        throw Error(ErrorKind::timeout,
                    argv.front() + ": not done within " + std::to_string(timeout.count()) + " ms");
    }
    return output;
}

const banger_exec_result* run(const banger_host*, banger_call* handle,
                              const banger_exec_request* request) noexcept {
    const Using call(handle, "exec.run");
    if (!request || !call) {
        return call.gone() ? &gone : &misused;
    }
    if (call->full()) {
        record_full(*call);
        return &full;
    }
    try {
        auto kept = std::make_unique<Kept<banger_exec_result>>();
        kept->raw.struct_size = sizeof(banger_exec_result);
        try {
            os::Output output = run_request(*call, *request);
            kept->first = std::move(output.out);
            kept->second = std::move(output.err);
            kept->raw.code = output.status.code;
            kept->raw.signal = output.status.signal;
        } catch (...) {
            kept->raw.status = record_failure(*call);
            kept->message = call->recorded.message;
            kept->hint = call->recorded.hint;
        }
        kept->raw.out = str(kept->first);
        kept->raw.err = str(kept->second);
        kept->raw.message = str(kept->message);
        kept->raw.hint = str(kept->hint);
        return keep(*call, std::move(kept));
    } catch (...) { // out of memory
        return &misused;
    }
}

} // namespace

const banger_exec_ops exec_ops{sizeof(banger_exec_ops), 0, run};

} // namespace banger::plugin
