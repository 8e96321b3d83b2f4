#pragma once

#include "fake_host.hpp"

#include <cstdlib>

/// How the fake host calls into a plugin, from create() to destroy(). See fake_host.hpp.
namespace banger::fake {

inline const banger_entry* Host::load(const std::filesystem::path& plugin) {
    void* library = ::dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void* symbol = library == nullptr ? nullptr : ::dlsym(library, "banger_plugin_entry_v1");
    if (symbol == nullptr) {
        throw std::runtime_error(::dlerror());
    }
    return reinterpret_cast<const banger_entry* (*)()>(symbol)(); // NOLINT
}

// NOLINTNEXTLINE(bugprone-exception-escape): a test that cannot end its plugin has failed
inline Host::~Host() {
    end();
    if (!state_dir_.empty()) {
        std::error_code ignored; // what the plugin left there is of no use any more
        std::filesystem::remove_all(state_dir_, ignored);
    }
}

inline const void* Host::find(const char* id) const {
    for (std::uint32_t i = 0; i < entry_->iface_count; ++i) {
        if (std::string_view(entry_->ifaces[i].id) == id) {
            return entry_->ifaces[i].table;
        }
    }
    return nullptr;
}

inline Outcome Host::create(const std::string& config_json) {
    if (self_ != nullptr) {
        throw std::logic_error("create: the plugin is there already; end() first");
    }
    std::string folder = (std::filesystem::temp_directory_path() / "fake-host-XXXXXX").string();
    if (state_dir_.empty()) {
        if (::mkdtemp(folder.data()) == nullptr) {
            throw std::runtime_error("cannot make " + folder);
        }
        state_dir_ = folder;
        state_text_ = folder;
        handle_.table.state_dir = str(state_text_);
    }
    const std::string config = with_defaults(entry_->desc->config_schema, config_json);
    Outcome outcome = call("create", [&](void*, banger_call* raw) {
        return entry_->create(&handle_.table, raw, str(config), &self_);
    });
    if (outcome.ok() && self_ == nullptr) {
        self_ = this; // a plugin may need no object of its own: anything but "not there"
    } else if (!outcome.ok()) {
        self_ = nullptr;
    }
    return outcome;
}

inline std::shared_ptr<banger_call> Host::open(const std::string& what,
                                               std::chrono::milliseconds limit) {
    for (const auto& [function, failure] : fail) {
        const std::string name = function;
        if (!may_fail(name.substr(0, name.find(' ')))) { // behind it may be one request
            fail.erase(name);
            throw std::invalid_argument("Host::fail[\"" + name +
                                        "\"]: no such function; may_fail() has their names");
        }
    }
    auto opened = std::make_shared<banger_call>(*this, what, limit);
    if (cancel_after) {
        opened->cancel_after(*cancel_after);
    }
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(opened);
    }
    if (before_call) {
        before_call(*opened);
    }
    return opened;
}

/// As the daemon's, where the test sets none.
inline std::chrono::milliseconds Host::time_of(std::string_view what) const {
    using std::chrono::seconds;
    if (timeout) {
        return *timeout;
    }
    if (what == "create" || what == "init" || what == "destroy") {
        return seconds(5);
    }
    if (entry_->desc->hook_timeout_ms > 0) {
        return std::chrono::milliseconds(entry_->desc->hook_timeout_ms);
    }
    return what == "contribute" || what == "validate" ? seconds(2) : seconds(10);
}

inline Outcome Host::finish(const std::shared_ptr<banger_call>& call, banger_status status) {
    std::unique_lock lock(mutex_);
    Outcome outcome = std::move(call->outcome);
    outcome.took = call->elapsed();
    outcome.status = status;
    if (status < 0 && outcome.message.empty()) { // what a host function said stands for it
        outcome.message = call->recorded.message;
        if (outcome.hint.empty()) {
            outcome.hint = call->recorded.hint;
        }
    }
    if (status < 0 && outcome.message.empty()) {
        misused(call->what + " failed with " + std::to_string(status) + " and no message");
    }
    if (status > BANGER_SKIP) {
        misused(call->what + " returned " + std::to_string(status) + ", which has no meaning");
    }
    if (status < BANGER_E_UNAVAILABLE) {
        misused(call->what + " returned " + std::to_string(status) + ", which is no status");
    }
    if (status >= 0 && !outcome.message.empty()) {
        misused(call->what + " told a failure but returned " + std::to_string(status));
    }
    call->end();
    lock.unlock();
    if (after_call) {
        after_call(*call);
    }
    return outcome;
}

inline Outcome Host::timed(const std::string& what, std::chrono::milliseconds limit,
                           const Function& function) {
    const auto opened = open(what, limit);
    return finish(opened, function(self_, opened.get()));
}

inline Outcome Host::call(const std::string& what, const Function& function) {
    return timed(what, time_of(what), function);
}

template <class Use>
Outcome Host::with_vm(const Vm& vm, const std::string& what, Use use,
                      const std::function<void(banger_call&)>& prepare) {
    const std::string cookie = vm.cookie();
    const std::string spec = spec_of(vm);
    const banger_vm raw{sizeof(banger_vm), vm.state,    str(vm.id), str(vm.name), str(vm.run_dir),
                        str(spec),         str(cookie), vm.pid,     vm.cid};
    const auto opened = open(what, time_of(what));
    if (prepare) {
        prepare(*opened);
    }
    return finish(opened, use(self_, opened.get(), &raw));
}

inline Outcome Host::about(const Vm& vm, const VmFunction& function, const std::string& what) {
    return with_vm(vm, what, function);
}

inline Outcome Host::action(const char* interface_id, std::string_view name,
                            std::string_view args_json) {
    using std::chrono::milliseconds;
    const auto* actions = table<banger_actions>(interface_id);
    const std::string_view id = interface_id;
    const bool own = entry_->desc->hook_timeout_ms > 0;
    const milliseconds limit = timeout                          ? *timeout
                               : id == BANGER_IFACE_DOCTOR      ? milliseconds(5000)
                               : id == BANGER_IFACE_STATUS      ? milliseconds(250)
                               : id == BANGER_IFACE_CLI && !own ? milliseconds(60000)
                                                                : time_of("hook");
    for (std::uint32_t i = 0; actions != nullptr && i < actions->count; ++i) {
        if (actions->items[i]->name == name) {
            const banger_action& action = *actions->items[i];
            const std::string args = with_defaults(action.params_schema, std::string(args_json));
            return timed(std::string(name), limit, [&](void* self, banger_call* raw) {
                return action.run(self, raw, str(args));
            });
        }
    }
    throw std::runtime_error(std::string(interface_id) + " has no action " + std::string(name));
}

inline void Host::record(const std::string& what) {
    const std::lock_guard lock(mutex_);
    recorded_.calls.push_back(what);
}

inline void Host::misused(const std::string& what) {
    const std::lock_guard lock(mutex_);
    recorded_.misuse.push_back(what);
}

} // namespace banger::fake
