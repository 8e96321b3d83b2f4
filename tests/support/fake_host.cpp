#include "support/fake_host.hpp"

#include "os/error.hpp"
#include "os/unix_socket.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <stdexcept>

#include <dlfcn.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

using banger::test::CallResult;
using banger::test::FakeHost;

/// One call: what the plugin said, and the results it may still look at.
struct banger_call {
    FakeHost* host = nullptr;
    CallResult result;
    std::deque<std::string> texts;
    std::deque<banger_result> results;
    std::deque<banger_vm_address> addresses;
    std::deque<banger_response> responses;

    banger_str keep(std::string text) {
        texts.push_back(std::move(text));
        return {texts.back().data(), texts.back().size()};
    }
};
/// The builder has no state of its own: contributions go to the host of the test.
struct banger_gcb {
    FakeHost* host;
};

namespace banger::test {
namespace {

std::string text(banger_str value) {
    return {value.ptr != nullptr ? value.ptr : "", static_cast<std::size_t>(value.len)};
}
banger_str str(const std::string& value) {
    return {value.data(), value.size()};
}

banger_status status_of(os::ErrorKind kind) {
    switch (kind) {
    case os::ErrorKind::invalid:
        return BANGER_E_INVALID;
    case os::ErrorKind::not_found:
        return BANGER_E_NOT_FOUND;
    case os::ErrorKind::conflict:
        return BANGER_E_CONFLICT;
    case os::ErrorKind::busy:
        return BANGER_E_BUSY;
    case os::ErrorKind::permission:
        return BANGER_E_PERMISSION;
    case os::ErrorKind::unsupported:
    case os::ErrorKind::unavailable:
    case os::ErrorKind::exhausted:
    case os::ErrorKind::timeout:
    case os::ErrorKind::cancelled:
    case os::ErrorKind::internal:
        break;
    }
    return BANGER_E_INTERNAL;
}

} // namespace

struct FakeHostTables {
    static FakeHost& self(const banger_host* host) {
        return *reinterpret_cast<const FakeHost::Handle*>(host)->owner;
    }
    static const banger_result* give(banger_call* call, banger_status status, std::string value,
                                     std::string message = {}, std::string hint = {}) {
        call->results.push_back({sizeof(banger_result), status, call->keep(std::move(value)),
                                 call->keep(std::move(message)), call->keep(std::move(hint))});
        return &call->results.back();
    }
    static const banger_result* run(const banger_host* host, banger_call* call, banger_str verb,
                                    banger_str args) {
        try {
            return give(
                call, BANGER_OK,
                self(host).client_.run(text(verb), nlohmann::json::parse(text(args))).dump());
        } catch (const os::Error& error) {
            return give(call, status_of(error.kind()), {}, error.what(), error.hint());
        }
    }
    static const banger_result* readiness(const banger_host* host, banger_call* call) {
        const auto ready = self(host).client_.readiness();
        return give(call, BANGER_OK,
                    nlohmann::json{{"mode", to_string(ready.mode)},
                                   {"ready", ready.ready},
                                   {"command", ready.command}}
                        .dump());
    }
    static const banger_network* network(const banger_host* host, banger_call*) {
        FakeHost& fake = self(host);
        static const std::string bridge = "banger", gateway = "172.30.88.1", domain = "vm";
        fake.network_ = {sizeof(banger_network),
                         0,
                         str(bridge),
                         str(fake.subnet),
                         str(gateway),
                         24,
                         1400,
                         ::geteuid(),
                         0,
                         str(domain)};
        return &fake.network_;
    }
    static const banger_vm_address* vm_address(const banger_host* host, banger_call* call,
                                               banger_str id) {
        std::vector<std::string>& vms = self(host).kept.vms;
        const auto found = std::find(vms.begin(), vms.end(), text(id));
        const std::string number = std::to_string(10 + (found - vms.begin()));
        if (found == vms.end()) {
            vms.push_back(text(id));
        }
        call->addresses.push_back({sizeof(banger_vm_address), 0, call->keep("172.30.88." + number),
                                   call->keep("02:00:00:00:00:" + number), call->keep("x.vm")});
        return &call->addresses.back();
    }
    static const banger_result* get(const banger_host* host, banger_call* call, banger_str key) {
        const auto& values = self(host).kept.values;
        const auto found = values.find(text(key));
        return found != values.end() ? give(call, BANGER_OK, found->second)
                                     : give(call, BANGER_E_NOT_FOUND, {}, "no such key");
    }
    static banger_status set(const banger_host* host, banger_call*, banger_str key,
                             banger_str value) {
        self(host).kept.values[text(key)] = text(value);
        return BANGER_OK;
    }
    static banger_status remove(const banger_host* host, banger_call*, banger_str key) {
        self(host).kept.values.erase(text(key));
        return BANGER_OK;
    }
    static std::uint64_t start(const banger_host* host, std::int64_t, std::int64_t,
                               banger_timer_fn function, void* context) {
        FakeHost& fake = self(host);
        fake.timers_[++fake.last_timer_] = {function, context};
        return fake.last_timer_;
    }
    static void cancel(const banger_host* host, std::uint64_t id) { self(host).timers_.erase(id); }
    static banger_status nic(banger_gcb* builder, const banger_nic* nic, std::uint32_t) {
        builder->host->nics.push_back({text(nic->id), text(nic->tap), text(nic->mac), nic->mtu});
        return BANGER_OK;
    }

    static const banger_response* request(const banger_host* host, banger_call* call,
                                          banger_str method, banger_str target, banger_str) {
        FakeHost& fake = self(host);
        fake.requests.push_back(text(method) + " " + text(target));
        const auto found = fake.answers.find(fake.requests.back());
        const bool known = found != fake.answers.end();
        call->responses.push_back({sizeof(banger_response), known ? 200 : 404,
                                   call->keep("application/json"),
                                   call->keep(known ? found->second : "{}")});
        return &call->responses.back();
    }

    static banger_call* call_open(const banger_host* host, banger_str, std::int64_t) {
        auto opened = std::make_unique<banger_call>();
        opened->host = &self(host);
        return opened.release();
    }
    static void call_close(banger_call* call) { const std::unique_ptr<banger_call> closed(call); }
    static banger_status publish(const banger_host* host, banger_str type, banger_str) {
        FakeHost& fake = self(host);
        const std::lock_guard lock(fake.told_mutex_);
        fake.published_.push_back(text(type));
        return BANGER_OK;
    }
    static banger_status put(const banger_host* host, banger_str vm_id, banger_str facts_json) {
        FakeHost& fake = self(host);
        const std::lock_guard lock(fake.told_mutex_);
        fake.facts_[text(vm_id)] = text(facts_json);
        return BANGER_OK;
    }
    static std::int32_t open(const banger_host* host, banger_call*, banger_str vm_id,
                             std::uint32_t port, std::int64_t timeout_ms) {
        const auto& channels = self(host).channels;
        const auto found = channels.find(text(vm_id));
        if (found == channels.end()) {
            return BANGER_E_NOT_FOUND;
        }
        try {
            const std::chrono::milliseconds limit(timeout_ms);
            os::UniqueFd fd = os::connect_unix(found->second);
            os::send_all(fd.get(), "CONNECT " + std::to_string(port) + "\n", limit);
            const auto line = os::read_line(fd.get(), limit, 64);
            return line && line->rfind("OK ", 0) == 0 ? fd.release() : BANGER_E_UNAVAILABLE;
        } catch (const os::Error&) {
            return BANGER_E_UNAVAILABLE;
        }
    }

    static void log(const banger_host* host, banger_call*, std::int32_t level, banger_str line,
                    const banger_kv*, std::uint64_t) {
        if (level >= BANGER_LOG_WARNING) {
            self(host).warnings.push_back(text(line));
        }
    }
    static void fail(banger_call* call, banger_status, banger_str message, banger_str hint) {
        call->result.message = text(message);
        call->result.hint = text(hint);
    }
    static std::int32_t cancelled(banger_call* call) {
        pollfd entry{call->host->cancelled_.get(), POLLIN, 0};
        return ::poll(&entry, 1, 0) > 0 ? 1 : 0;
    }
    static std::int64_t remaining(banger_call*) { return 10000; }
    static std::int32_t cancel_fd(banger_call* call) { return call->host->cancelled_.get(); }
    static banger_status set_cookie(banger_call* call, banger_str bytes) {
        call->result.cookie = text(bytes);
        return BANGER_OK;
    }
    static banger_status emit(banger_call* call, std::uint32_t, banger_str bytes) {
        call->result.output.push_back(text(bytes));
        return BANGER_OK;
    }
    static const void* extension(const banger_host*, const char* id) {
        static constexpr banger_privileged_ops privileged_ops{sizeof(banger_privileged_ops), 0, run,
                                                              readiness};
        static constexpr banger_network_info_ops network_ops{sizeof(banger_network_info_ops), 0,
                                                             network, vm_address};
        static constexpr banger_kv_ops kv_ops{sizeof(banger_kv_ops), 0, get, nullptr, set, remove};
        static constexpr banger_timer_ops timer_ops{sizeof(banger_timer_ops), 0, start, cancel};
        static constexpr banger_guest_config_ops guest_ops{
            sizeof(banger_guest_config_ops), 0, nullptr, nullptr, nic, nullptr};
        static constexpr banger_api_ops api_ops{sizeof(banger_api_ops), 0, request, nullptr,
                                                nullptr};
        static constexpr banger_thread_ops thread_ops{sizeof(banger_thread_ops), 0, call_open,
                                                      call_close};
        static constexpr banger_events_ops events_ops{sizeof(banger_events_ops), 0, publish,
                                                      nullptr, nullptr};
        static constexpr banger_guest_facts_ops facts_ops{sizeof(banger_guest_facts_ops), 0, put};
        static constexpr banger_guest_channel_ops channel_ops{sizeof(banger_guest_channel_ops), 0,
                                                              open};
        const std::string_view wanted(id);
        return wanted == BANGER_EXT_PRIVILEGED      ? static_cast<const void*>(&privileged_ops)
               : wanted == BANGER_EXT_NETWORK_INFO  ? static_cast<const void*>(&network_ops)
               : wanted == BANGER_EXT_KV            ? static_cast<const void*>(&kv_ops)
               : wanted == BANGER_EXT_TIMER         ? static_cast<const void*>(&timer_ops)
               : wanted == BANGER_EXT_GUEST_CONFIG  ? static_cast<const void*>(&guest_ops)
               : wanted == BANGER_EXT_API           ? static_cast<const void*>(&api_ops)
               : wanted == BANGER_EXT_THREAD        ? static_cast<const void*>(&thread_ops)
               : wanted == BANGER_EXT_EVENTS        ? static_cast<const void*>(&events_ops)
               : wanted == BANGER_EXT_GUEST_FACTS   ? static_cast<const void*>(&facts_ops)
               : wanted == BANGER_EXT_GUEST_CHANNEL ? static_cast<const void*>(&channel_ops)
                                                    : nullptr;
    }
};

FakeHost::FakeHost(const std::filesystem::path& plugin, std::string config_json,
                   privileged::Client& client, std::string state_dir)
    : client_(client), state_dir_(std::move(state_dir)),
      cancelled_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    using Tables = FakeHostTables;
    handle_.owner = this;
    handle_.table = {sizeof handle_.table, BANGER_ABI_MINOR,  {"test", 4},        str(state_dir_),
                     Tables::extension,    Tables::log,       Tables::fail,       Tables::cancelled,
                     Tables::remaining,    Tables::cancel_fd, Tables::set_cookie, Tables::emit};
    void* library = ::dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
        throw std::runtime_error(::dlerror());
    }
    using Entry = const banger_entry* (*)();
    entry_ = reinterpret_cast<Entry>(::dlsym(library, "banger_plugin_entry_v1"))(); // NOLINT
    const CallResult made = call([&](void*, banger_call* raw) {
        return entry_->create(&handle_.table, raw, str(config_json), &self_);
    });
    if (made.status != BANGER_OK) {
        throw std::runtime_error("create: " + made.message);
    }
}

FakeHost::~FakeHost() {
    cancel();
    if (self_ != nullptr) {
        entry_->destroy(self_);
    }
}

void FakeHost::cancel() {
    (void)::eventfd_write(cancelled_.get(), 1);
}

std::vector<std::string> FakeHost::published() const {
    const std::lock_guard lock(told_mutex_);
    return published_;
}

std::string FakeHost::facts(const std::string& vm_id) const {
    const std::lock_guard lock(told_mutex_);
    const auto found = facts_.find(vm_id);
    return found == facts_.end() ? std::string() : found->second;
}

const void* FakeHost::find(const char* id) const {
    for (std::uint32_t i = 0; i < entry_->iface_count; ++i) {
        if (std::string_view(entry_->ifaces[i].id) == id) {
            return entry_->ifaces[i].table;
        }
    }
    throw std::runtime_error(std::string("the plugin has no interface ") + id);
}

CallResult FakeHost::call(const Hook& hook) {
    banger_call raw;
    raw.host = this;
    raw.result.status = hook(self_, &raw);
    return raw.result;
}

namespace {

CallResult with_vm(FakeHost& host, const FakeVm& vm,
                   const std::function<banger_status(void*, banger_call*, const banger_vm*)>& use) {
    const banger_vm raw{sizeof(banger_vm), vm.state,       str(vm.id), str(vm.id), str(vm.run_dir),
                        str(vm.spec_json), str(vm.cookie), vm.pid,     0};
    return host.call([&](void* self, banger_call* call) { return use(self, call, &raw); });
}

} // namespace

CallResult FakeHost::run(banger_vm_hook banger_vm_lifecycle::*hook, FakeVm& vm) {
    const auto function = table<banger_vm_lifecycle>(BANGER_IFACE_VM_LIFECYCLE).*hook;
    CallResult result = with_vm(*this, vm, function);
    if (!result.cookie.empty()) {
        vm.cookie = result.cookie;
    }
    return result;
}

CallResult FakeHost::ask(banger_vm_hook hook, const FakeVm& vm) {
    return with_vm(*this, vm, hook);
}

CallResult FakeHost::undo(FakeVm& vm, std::uint32_t hook, std::uint32_t flags) {
    const auto function = table<banger_vm_lifecycle>(BANGER_IFACE_VM_LIFECYCLE).undo;
    return with_vm(*this, vm, [&](void* self, banger_call* call, const banger_vm* raw) {
        return function(self, call, raw, hook, flags);
    });
}

CallResult FakeHost::contribute(const FakeVm& vm) {
    const auto function = table<banger_guest_config>(BANGER_IFACE_GUEST_CONFIG).contribute;
    banger_gcb builder{this};
    return with_vm(*this, vm, [&](void* self, banger_call* call, const banger_vm* raw) {
        return function(self, call, raw, &builder);
    });
}

CallResult FakeHost::action(const char* interface_id, std::string_view name,
                            std::string_view args_json) {
    const auto& actions = table<banger_actions>(interface_id);
    for (std::uint32_t i = 0; i < actions.count; ++i) {
        if (actions.items[i]->name == name) {
            return call([&](void* self, banger_call* raw) {
                return actions.items[i]->run(self, raw, {args_json.data(), args_json.size()});
            });
        }
    }
    throw std::runtime_error("no action " + std::string(name));
}

std::size_t FakeHost::fire_timers() {
    const auto due = std::exchange(timers_, {});
    for (const auto& entry : due) {
        const Timer& timer = entry.second;
        (void)call([&](void*, banger_call* raw) {
            timer.function(timer.context, raw);
            return BANGER_OK;
        });
    }
    return due.size();
}

} // namespace banger::test
