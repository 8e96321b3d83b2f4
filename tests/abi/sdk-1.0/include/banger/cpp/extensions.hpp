#pragma once

#include "../ext/api.h"
#include "../ext/exec.h"
#include "../ext/guest_channel.h"
#include "../ext/guest_facts.h"
#include "../ext/kv.h"
#include "../ext/network_info.h"
#include "../ext/privileged.h"
#include "../ext/vm_query.h"
#include "call.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <vector>

/* What the function returns lives longer than its temporary object: for -Wdangling-reference. */
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(gnu::no_dangling)
#define BANGER_NO_DANGLING [[gnu::no_dangling]]
#endif
#endif
#ifndef BANGER_NO_DANGLING
#define BANGER_NO_DANGLING
#endif

/// Host extensions with exceptions instead of statuses. Each object is cheap, may be kept and
/// copied as long as the plugin lives, and throws Error(BANGER_E_UNSUPPORTED) when the host lacks
/// its extension. Every function is [call-thread] and throws Error with what the header in ext/
/// lists. Views and references in results are the host's and live until the call ends.
namespace banger {
inline namespace sdk_1_0 {
namespace detail {

template <class Ops>
class Extension {
  protected:
    Extension(Host host, const char* id) : host_(host.raw()), ops_(&host.get<Ops>(id)) {}
    const banger_host* host_;
    const Ops* ops_;
};

} // namespace detail

/// ext/kv.h: small durable values of this plugin. Keys of 1 to 255 bytes, values <= 64 KiB.
class Kv : detail::Extension<banger_kv_ops> {
  public:
    explicit Kv(Host host) : Extension(host, BANGER_EXT_KV) {}
    [[nodiscard]] std::optional<std::string_view> find(Call& call, std::string_view key) const {
        const banger_result* result = ops_->get(host_, call.raw(), str(key));
        if (result->status == BANGER_E_NOT_FOUND) {
            return std::nullopt;
        }
        return value(result);
    }
    /// A JSON array of the keys that begin with `prefix`, sorted.
    [[nodiscard]] std::string_view list(Call& call, std::string_view prefix = {}) const {
        return value(ops_->list(host_, call.raw(), str(prefix)));
    }
    void set(Call& call, std::string_view key, std::string_view bytes) const {
        checked(ops_->set(host_, call.raw(), str(key), str(bytes)));
    }
    /// A missing key is fine.
    void remove(Call& call, std::string_view key) const {
        checked(ops_->remove(host_, call.raw(), str(key)));
    }
};

/// ext/privileged.h: steps that need root. Blocks within the call's deadline.
class Privileged : detail::Extension<banger_privileged_ops> {
  public:
    explicit Privileged(Host host) : Extension(host, BANGER_EXT_PRIVILEGED) {}
    /// The verb's result as JSON text.
    std::string_view run(Call& call, std::string_view verb, std::string_view args_json) const {
        return value(ops_->run(host_, call.raw(), str(verb), str(args_json)));
    }
    /// JSON: {"mode":"root|sudo|none","ready":bool,"command":".."}
    [[nodiscard]] std::string_view readiness(Call& call) const {
        return value(ops_->readiness(host_, call.raw()));
    }
};

/// ext/network_info.h: the network that VMs are in.
class NetworkInfo : detail::Extension<banger_network_info_ops> {
  public:
    explicit NetworkInfo(Host host) : Extension(host, BANGER_EXT_NETWORK_INFO) {}
    [[nodiscard]] BANGER_NO_DANGLING const banger_network& network(Call& call) const {
        return *ops_->network(host_, call.raw());
    }
    /// Null when there is no such VM or it has no address.
    [[nodiscard]] const banger_vm_address* find(Call& call, std::string_view vm_id) const {
        return ops_->vm_address(host_, call.raw(), str(vm_id));
    }
};

/// ext/vm_query.h: the VMs as JSON, as GET /v1/vms shows them.
class VmQuery : detail::Extension<banger_vm_query_ops> {
  public:
    explicit VmQuery(Host host) : Extension(host, BANGER_EXT_VM_QUERY) {}
    [[nodiscard]] std::string_view list(Call& call) const {
        return value(ops_->list(host_, call.raw()));
    }
    [[nodiscard]] std::string_view get(Call& call, std::string_view name_or_id) const {
        return value(ops_->get(host_, call.raw(), str(name_or_id)));
    }
};

/// ext/exec.h: child processes, run by the host. Blocks for at most what the call has left.
class Exec : detail::Extension<banger_exec_ops> {
  public:
    explicit Exec(Host host) : Extension(host, BANGER_EXT_EXEC) {}
    /// Gets output as it comes; stream: 1 standard output, 2 standard error.
    using OnOutput = std::function<void(int stream, std::string_view bytes)>;

    /// Throws when the program could not be run to its end; its exit status is the caller's to
    /// read. What `on_output` throws is thrown once it has ended.
    [[nodiscard]] const banger_exec_result& run(Call& call,
                                                const std::vector<std::string_view>& argv,
                                                std::string_view input = {},
                                                const OnOutput& on_output = nullptr) const {
        std::vector<banger_str> words;
        words.reserve(argv.size());
        for (const std::string_view word : argv) {
            words.push_back(str(word));
        }
        banger_exec_request request{};
        request.struct_size = sizeof request;
        request.argv = words.data();
        request.argc = words.size();
        request.input = str(input);
        Listener listener{on_output, nullptr};
        if (on_output) {
            request.on_output = &Exec::hear;
            request.output_context = &listener;
        }
        const banger_exec_result* result = ops_->run(host_, call.raw(), &request);
        if (listener.thrown) {
            std::rethrow_exception(listener.thrown);
        }
        return succeeded(result);
    }
    /// With all that ext/exec.h has: environment, folder, time.
    [[nodiscard]] const banger_exec_result& run(Call& call, const banger_exec_request& what) const {
        return succeeded(ops_->run(host_, call.raw(), &what));
    }

  private:
    struct Listener {
        const OnOutput& function;
        std::exception_ptr thrown;
    };
    static void hear(void* context, banger_call*, std::int32_t stream, banger_str bytes) noexcept {
        auto& listener = *static_cast<Listener*>(context);
        try {
            if (!listener.thrown) {
                listener.function(stream, view(bytes));
            }
        } catch (...) {
            listener.thrown = std::current_exception();
        }
    }
};

/// ext/guest_channel.h: byte streams into a guest.
class GuestChannel : detail::Extension<banger_guest_channel_ops> {
  public:
    explicit GuestChannel(Host host) : Extension(host, BANGER_EXT_GUEST_CHANNEL) {}
    /// A connected, blocking socket that the caller closes. No timeout: what the call has left.
    [[nodiscard]] int open(Call& call, std::string_view vm_id, std::uint32_t port,
                           std::chrono::milliseconds timeout = {}) const {
        return checked(
            ops_->open(host_, call.raw(), str(vm_id), port, std::int64_t{timeout.count()}));
    }
};

/// ext/guest_facts.h: what is shown of a guest. Any thread.
class GuestFacts : detail::Extension<banger_guest_facts_ops> {
  public:
    explicit GuestFacts(Host host) : Extension(host, BANGER_EXT_GUEST_FACTS) {}
    void put(std::string_view vm_id, std::string_view facts_json) const {
        checked(ops_->put(host_, str(vm_id), str(facts_json)));
    }
};

/// ext/api.h: the HTTP API in-process. An answer of any HTTP status is an answer: nothing throws.
/// Streams: following.hpp.
class Api : detail::Extension<banger_api_ops> {
  public:
    explicit Api(Host host) : Extension(host, BANGER_EXT_API) {}
    [[nodiscard]] const banger_response& request(Call& call, std::string_view method,
                                                 std::string_view target,
                                                 std::string_view body_json = {}) const {
        return *ops_->request(host_, call.raw(), str(method), str(target), str(body_json));
    }
};

} // namespace sdk_1_0
} // namespace banger
