// A plugin that keeps its callers waiting. What it does stands in files of the folder that
// CROWD_FOLDER names: "go" lets it return, "late" makes its first check wait for its end.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>

#include <banger/actions.h>
#include <banger/ext/events.h>
#include <banger/plugin.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

struct Crowd {
    const banger_host* host;
    std::atomic<int> heard{0}, dropped{0};
};

banger_str str(const std::string& text) {
    return {text.c_str(), text.size()};
}
std::string in_folder(const std::string& name) {
    const char* folder = std::getenv("CROWD_FOLDER");
    return std::string(folder != nullptr ? folder : "") + "/" + name;
}
bool there(const std::string& name) {
    return ::access(in_folder(name).c_str(), F_OK) == 0;
}
void rest() {
    ::poll(nullptr, 0, 2);
}

void hear(void* context, banger_call*, banger_str event) {
    auto& self = *static_cast<Crowd*>(context);
    const std::string text(event.ptr, event.len);
    const std::string told = R"("events.dropped","count":)";
    if (const auto at = text.find(told); at != std::string::npos) {
        self.dropped += std::atoi(text.c_str() + at + told.size());
        return;
    }
    ++self.heard;
    while (!there("go")) {
        rest();
    }
}

banger_status init(void* raw, banger_call*) {
    auto* self = static_cast<Crowd*>(raw);
    const auto* events = static_cast<const banger_events_ops*>(
        self->host->get_extension(self->host, BANGER_EXT_EVENTS));
    return events->subscribe(self->host, str("vm."), hear, self) != 0 ? BANGER_OK
                                                                      : BANGER_E_INTERNAL;
}

banger_status hang(void*, banger_call*, banger_str) {
    while (!there("go")) {
        rest();
    }
    return BANGER_OK;
}
banger_status heard(void* raw, banger_call* call, banger_str) {
    const auto& self = *static_cast<Crowd*>(raw);
    const std::string text = std::to_string(self.heard) + " " + std::to_string(self.dropped);
    return self.host->call_emit(call, BANGER_EMIT_TEXT, str(text));
}
/// As many as it may, and says how many that were.
banger_status flood(void* raw, banger_call* call, banger_str) {
    const auto& self = *static_cast<Crowd*>(raw);
    const auto* events = static_cast<const banger_events_ops*>(
        self.host->get_extension(self.host, BANGER_EXT_EVENTS));
    int done = 0;
    banger_status status = BANGER_OK;
    while (done < 100'000 &&
           (status = events->publish(self.host, str("drop"), str("{}"))) == BANGER_OK) {
        ++done;
    }
    const std::string text = std::to_string(done) + " " + std::to_string(status);
    return self.host->call_emit(call, BANGER_EMIT_TEXT, str(text));
}

banger_status limit(void*, banger_call*, banger_str) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = 64;
    return ::setrlimit(RLIMIT_NOFILE, &files) == 0 ? BANGER_OK : BANGER_E_INTERNAL;
}

/// Waits for the other plugin's check: found well only when both are asked at once.
banger_status meet(void* raw, banger_call* call, banger_str) {
    const auto& self = *static_cast<Crowd*>(raw);
    std::ofstream(in_folder(std::string("met-") + CROWD_ID)) << "here";
    while (there("late") || !there("met-crowd-a") || !there("met-crowd-b")) {
        if (self.host->call_cancelled(call) != 0) {
            return BANGER_E_CANCELLED;
        }
        rest();
    }
    return self.host->call_emit(call, BANGER_EMIT_JSON,
                                str(R"({"severity":"ok","title":"they met"})"));
}
banger_status second(void* raw, banger_call* call, banger_str) {
    const auto& self = *static_cast<Crowd*>(raw);
    return self.host->call_emit(call, BANGER_EMIT_JSON,
                                str(R"({"severity":"ok","title":"asked"})"));
}

banger_status create(const banger_host* host, banger_call*, banger_str, void** self) {
    *self = new Crowd{.host = host};
    return BANGER_OK;
}
void destroy(void* self) {
    delete static_cast<Crowd*>(self);
}

constexpr banger_action action(const char* name,
                               banger_status (*run)(void*, banger_call*, banger_str)) {
    return {sizeof(banger_action), 0, name, "does that", nullptr, nullptr, run, nullptr};
}
constexpr banger_action hang_action = action("hang", hang);
constexpr banger_action heard_action = action("heard", heard);
constexpr banger_action flood_action = action("flood", flood);
constexpr banger_action limit_action = action("limit", limit);
constexpr banger_action meet_action = action("meet", meet);
constexpr banger_action second_action = action("second", second);
constexpr const banger_action* verb_items[] = {&hang_action, &heard_action, &flood_action,
                                               &limit_action};
constexpr const banger_action* check_items[] = {&meet_action, &second_action};
constexpr banger_actions verbs{sizeof(banger_actions), 4, verb_items};
constexpr banger_actions checks{sizeof(banger_actions), 2, check_items};
constexpr banger_iface ifaces[] = {{BANGER_IFACE_CLI, &verbs}, {BANGER_IFACE_DOCTOR, &checks}};
constexpr banger_descriptor descriptor{
    sizeof(banger_descriptor),   0,       CROWD_ID, "Crowd", "1.0.0", nullptr, nullptr, nullptr,
    "keeps its callers waiting", nullptr, 0,        0,       nullptr, nullptr, nullptr, nullptr};
constexpr banger_entry entry{BANGER_MAGIC,     sizeof(banger_entry),
                             BANGER_ABI_MAJOR, 0,
                             BANGER_ABI_MINOR, 2,
                             &descriptor,      ifaces,
                             create,           init,
                             destroy};

} // namespace

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
