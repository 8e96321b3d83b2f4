#include "plugin/host_view.hpp"

#include "os/json_depth.hpp"
#include "os/utf8.hpp"
#include "plugin/call_table.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"
#include "plugin/plugin.hpp"
#include "store/hook_journal.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

namespace {

static_assert(limits::cookie == store::HookJournal::max_cookie);

// The functions of banger_host. None may let an exception into the plugin's frames.

const void* get_extension(const banger_host* host, const char* id) noexcept {
    try {
        const Visit plugin(host);
        if (!plugin || !id || ::strnlen(id, limits::extension_id + 1) > limits::extension_id) {
            return nullptr;
        }
        return find_extension(*plugin, id);
    } catch (...) {
        return nullptr;
    }
}

void log(const banger_host* host, banger_call* call, int32_t level, banger_str msg,
         const banger_kv* kv, uint64_t n) noexcept {
    try {
        const Visit plugin(host);
        if (!plugin) {
            return;
        }
        std::vector<std::pair<std::string, std::string>> fields;
        for (uint64_t i = 0; kv && i < std::min(n, limits::log_fields); ++i) {
            fields.emplace_back(os::one_line(view(kv[i].key), limits::log_key),
                                os::one_line(view(kv[i].value), limits::log_value));
        }
        plugin->view().log(call, level, view(msg), std::move(fields));
    } catch (...) { // out of memory: the line is lost
    }
}

void call_fail(banger_call* handle, banger_status status, banger_str msg,
               banger_str hint) noexcept {
    const Using call(handle, "call_fail");
    if (!call) {
        return;
    }
    try {
        call->said = {status, os::one_line(view(msg), limits::message),
                      os::one_line(view(hint), limits::message)};
    } catch (...) {
        call->said.status = status;
    }
}

// A call that is over counts as cancelled: a thread of the plugin that goes on with it ends so.
int32_t call_cancelled(banger_call* handle) noexcept {
    const auto call = find_call(handle);
    return !call || call->over || call->cancelled() ? 1 : 0;
}

int64_t call_remaining_ms(banger_call* handle) noexcept {
    const auto call = find_call(handle);
    return call && !call->over ? call->remaining().count() : 0;
}

int32_t call_cancel_fd(banger_call* handle) noexcept {
    const auto call = find_call(handle);
    return call ? call->cancel_fd() : -1;
}

banger_status call_set_cookie(banger_call* handle, banger_str bytes) noexcept {
    return perform(handle, "call_set_cookie", [&](Call& call) {
        if (!call.keep_cookie) {
            throw os::Error(os::ErrorKind::unsupported,
                            "call_set_cookie: " + call.site.hook + " has no record to keep it in");
        }
        std::string text = limits::taken("call_set_cookie: the cookie", bytes, limits::cookie);
        call.keep_cookie(text);
        call.cookie = std::move(text);
    });
}

banger_status call_emit(banger_call* handle, uint32_t kind, banger_str bytes) noexcept {
    return perform(handle, "call_emit", [&](Call& call) {
        if (kind < BANGER_EMIT_TEXT || kind > BANGER_EMIT_BYTES) {
            throw os::Error(os::ErrorKind::unsupported,
                            "call_emit: unknown kind " + std::to_string(kind));
        }
        limits::require("call_emit: one piece", bytes.len, limits::output);
        limits::require("call_emit: the output of one call", call.output_bytes + bytes.len,
                        limits::output);
        limits::require_count("call_emit: pieces in one call", call.output.size() + 1,
                              limits::outputs);
        std::string text = copy(bytes);
        if (kind != BANGER_EMIT_BYTES && !os::is_utf8(text)) {
            throw os::Error(os::ErrorKind::invalid, "call_emit: not UTF-8");
        }
        if (kind == BANGER_EMIT_JSON && !nlohmann::json::accept(text)) {
            throw os::Error(os::ErrorKind::invalid, "call_emit: not JSON");
        }
        if (kind == BANGER_EMIT_JSON && os::json_depth(text) > os::deepest_json) {
            throw os::Error(os::ErrorKind::invalid, "call_emit: JSON of more than " +
                                                        std::to_string(os::deepest_json) +
                                                        " levels");
        }
        call.output_bytes += text.size();
        call.output.push_back({kind, std::move(text)});
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
      rate_(limits::log_burst, limits::log_rate) {}

Plugin& HostView::plugin_of(const banger_host* host) noexcept {
    static_assert(std::is_standard_layout_v<Table> && offsetof(Table, host) == 0);
    return *reinterpret_cast<const Table*>(host)->plugin; // the host is a Table's first member
}

bool HostView::admit(std::string& text) {
    const std::scoped_lock hold(lock_);
    if (!rate_.take()) {
        return false;
    }
    if (const std::uint64_t dropped = rate_.take_dropped(); dropped > 0) {
        text = "(" + std::to_string(dropped) + " lines dropped before this one) " + text;
    }
    return true;
}

void HostView::log(banger_call* handle, int level, std::string_view text,
                   std::vector<std::pair<std::string, std::string>> fields) {
    level = std::clamp(level, BANGER_LOG_TRACE, BANGER_LOG_ERROR);
    Plugin& plugin = *table_.plugin;
    std::string line = os::one_line(text, limits::log_line);
    if (!admit(line)) {
        return;
    }
    auto call = find_call(handle);
    if (call && (call->over || &call->plugin != &plugin)) {
        call = nullptr;
    }
    const CallSite none;
    const CallSite& site = call ? call->site : none;
    plugin.log(
        {level, plugin.id(), site.vm_id, site.hook, site.operation, line, std::move(fields)});
    if (call && level >= BANGER_LOG_INFO) {
        call->link->log(level_name(level), plugin.id() + ": " + line);
    }
}

bool has_extension(const Plugin& plugin, std::string_view id) {
    return find_extension(plugin, std::string(id)) != nullptr;
}

} // namespace banger::plugin
