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
    Outcome outcome = call("create", [&](void*, banger_call* raw) {
        return entry_->create(&handle_.table, raw, str(config_json), &self_);
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
        if (const std::string name = function; !may_fail(name)) {
            fail.erase(name);
            throw std::invalid_argument("Host::fail[\"" + name +
                                        "\"]: no such function; may_fail() has their names");
        }
    }
    auto opened = std::make_shared<banger_call>(*this, what, limit);
    if (cancel_after) {
        opened->cancel_after(*cancel_after);
    }
    const std::lock_guard lock(mutex_);
    calls_.push_back(opened);
    return opened;
}

inline Outcome Host::finish(const std::shared_ptr<banger_call>& call, banger_status status) {
    const std::lock_guard lock(mutex_);
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
    return outcome;
}

inline Outcome Host::call(const std::string& what, const Function& function) {
    const auto opened = open(what, timeout);
    return finish(opened, function(self_, opened.get()));
}

template <class Use>
Outcome Host::with_vm(const Vm& vm, const std::string& what, Use use,
                      const std::function<void(banger_call&)>& prepare) {
    const std::string cookie = vm.cookie();
    const banger_vm raw{sizeof(banger_vm), vm.state,    str(vm.id), str(vm.name), str(vm.run_dir),
                        str(vm.spec_json), str(cookie), vm.pid,     vm.cid};
    const auto opened = open(what, timeout);
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
    const auto* actions = table<banger_actions>(interface_id);
    for (std::uint32_t i = 0; actions != nullptr && i < actions->count; ++i) {
        if (actions->items[i]->name == name) {
            return call(std::string(name), [&](void* self, banger_call* raw) {
                return actions->items[i]->run(self, raw, str(args_json));
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
