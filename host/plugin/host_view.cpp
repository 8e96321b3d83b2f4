#include "plugin/host_view.hpp"

#include "plugin/extensions.hpp"
#include "plugin/plugin.hpp"
#include "plugin/text.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

using Clock = std::chrono::steady_clock;

namespace {

constexpr double log_burst = 200;
constexpr double log_rate = 50; ///< lines a second
constexpr std::size_t max_line = 8U << 10U;
constexpr std::size_t max_fields = 32;
constexpr std::size_t max_message = 4096;
constexpr std::size_t max_cookie = 64U << 10U;
constexpr std::size_t max_output = 16U << 20U;

// The functions of banger_host. None may let an exception into the plugin's frames.

const void* get_extension(const banger_host* host, const char* id) noexcept {
    try {
        return id ? find_extension(HostView::plugin_of(host), id) : nullptr;
    } catch (...) {
        return nullptr;
    }
}

void log(const banger_host* host, banger_call* call, int32_t level, banger_str msg,
         const banger_kv* kv, uint64_t n) noexcept {
    try {
        std::vector<std::pair<std::string, std::string>> fields;
        for (uint64_t i = 0; kv && i < std::min<uint64_t>(n, max_fields); ++i) {
            fields.emplace_back(one_line(view(kv[i].key), max_line),
                                one_line(view(kv[i].value), max_line));
        }
        HostView::plugin_of(host).view().log(call, level, view(msg), std::move(fields));
    } catch (...) { // out of memory: the line is lost
    }
}

void call_fail(banger_call* call, banger_status status, banger_str msg, banger_str hint) noexcept {
    if (!usable(call, "call_fail")) {
        return;
    }
    try {
        call->said = {status, one_line(view(msg), max_message), one_line(view(hint), max_message)};
    } catch (...) {
        call->said.status = status;
    }
}

int32_t call_cancelled(banger_call* call) noexcept {
    return call && call->cancelled() ? 1 : 0;
}

int64_t call_remaining_ms(banger_call* call) noexcept {
    return call ? call->remaining().count() : 0;
}

int32_t call_cancel_fd(banger_call* call) noexcept {
    return call ? call->cancel_fd() : -1;
}

banger_status call_set_cookie(banger_call* call, banger_str bytes) noexcept {
    return perform(call, "call_set_cookie", [&] {
        if (!call->keep_cookie) {
            throw os::Error(os::ErrorKind::unsupported,
                            "call_set_cookie: " + call->site.hook + " has no record to keep it in");
        }
        if (bytes.len > max_cookie) {
            throw os::Error(os::ErrorKind::invalid,
                            "call_set_cookie: " + std::to_string(bytes.len) + " bytes, at most " +
                                std::to_string(max_cookie));
        }
        std::string text = copy(bytes);
        call->keep_cookie(text);
        call->cookie = std::move(text);
    });
}

banger_status call_emit(banger_call* call, uint32_t kind, banger_str bytes) noexcept {
    return perform(call, "call_emit", [&] {
        if (kind < BANGER_EMIT_TEXT || kind > BANGER_EMIT_BYTES) {
            throw os::Error(os::ErrorKind::unsupported,
                            "call_emit: unknown kind " + std::to_string(kind));
        }
        if (bytes.len > max_output - call->output_bytes) {
            throw os::Error(os::ErrorKind::invalid, "call_emit: more than 16 MiB in one call");
        }
        std::string text = copy(bytes);
        if (kind != BANGER_EMIT_BYTES && !is_utf8(text)) {
            throw os::Error(os::ErrorKind::invalid, "call_emit: not UTF-8");
        }
        if (kind == BANGER_EMIT_JSON && !nlohmann::json::accept(text)) {
            throw os::Error(os::ErrorKind::invalid, "call_emit: not JSON");
        }
        call->output_bytes += text.size();
        call->output.push_back({kind, std::move(text)});
    });
}

} // namespace

std::string_view level_name(int level) {
    static constexpr std::array<std::string_view, 5> names{"trace", "debug", "info", "warning",
                                                           "error"};
    return names[static_cast<std::size_t>(std::clamp(level, 0, 4))];
}

HostView::HostView(Plugin& plugin, std::string daemon_version,
                   const std::filesystem::path& state_dir)
    : daemon_version_(std::move(daemon_version)),
      state_dir_(state_dir.string()), table_{.host = {.struct_size = sizeof(banger_host),
                                                      .abi_minor = BANGER_ABI_MINOR,
                                                      .daemon_version = str(daemon_version_),
                                                      .state_dir = str(state_dir_),
                                                      .get_extension = get_extension,
                                                      .log = plugin::log,
                                                      .call_fail = call_fail,
                                                      .call_cancelled = call_cancelled,
                                                      .call_remaining_ms = call_remaining_ms,
                                                      .call_cancel_fd = call_cancel_fd,
                                                      .call_set_cookie = call_set_cookie,
                                                      .call_emit = call_emit},
                                             .plugin = &plugin},
      tokens_(log_burst), refilled_(Clock::now()) {}

Plugin& HostView::plugin_of(const banger_host* host) noexcept {
    static_assert(std::is_standard_layout_v<Table> && offsetof(Table, host) == 0);
    return *reinterpret_cast<const Table*>(host)->plugin; // the host is a Table's first member
}

bool HostView::admit(std::string& text) {
    const std::scoped_lock hold(lock_);
    const auto now = Clock::now();
    tokens_ = std::min(log_burst,
                       tokens_ + log_rate * std::chrono::duration<double>(now - refilled_).count());
    refilled_ = now;
    if (tokens_ < 1) {
        ++dropped_;
        return false;
    }
    tokens_ -= 1;
    if (dropped_ > 0) {
        text = "(" + std::to_string(dropped_) + " lines dropped before this one) " + text;
        dropped_ = 0;
    }
    return true;
}

void HostView::log(banger_call* call, int level, std::string_view text,
                   std::vector<std::pair<std::string, std::string>> fields) {
    level = std::clamp(level, BANGER_LOG_TRACE, BANGER_LOG_ERROR);
    Plugin& plugin = *table_.plugin;
    std::string line = one_line(text, max_line);
    if (!admit(line)) {
        return;
    }
    const CallSite none;
    const CallSite& site = call ? call->site : none;
    if (plugin.services.log) {
        plugin.services.log(
            {level, plugin.id(), site.vm_id, site.hook, site.operation, line, std::move(fields)});
    }
    if (call && level >= BANGER_LOG_INFO) {
        call->link->log(level_name(level), plugin.id() + ": " + line);
    }
}

bool has_extension(const Plugin& plugin, std::string_view id) {
    return find_extension(plugin, std::string(id)) != nullptr;
}

} // namespace banger::plugin
