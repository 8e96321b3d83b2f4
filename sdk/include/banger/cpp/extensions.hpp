#pragma once

#include "../ext/api.h"
#include "../ext/exec.h"
#include "../ext/guest_channel.h"
#include "../ext/kv.h"
#include "../ext/network_info.h"
#include "../ext/privileged.h"
#include "../ext/vm_query.h"
#include "call.hpp"

#include <optional>
#include <vector>

/// Host extensions with exceptions instead of statuses. Views in results live until the call ends.
namespace banger {
inline namespace sdk_1_0 {

class Kv {
  public:
    explicit Kv(Host host) : host_(host), ops_(host.get<banger_kv_ops>(BANGER_EXT_KV)) {}
    [[nodiscard]] std::optional<std::string_view> find(Call& call, std::string_view key) const {
        const banger_result* result = ops_.get(host_.raw(), call.raw(), str(key));
        if (result->status == BANGER_E_NOT_FOUND) {
            return std::nullopt;
        }
        return value(result);
    }
    [[nodiscard]] std::string_view list(Call& call, std::string_view prefix = {}) const {
        return value(ops_.list(host_.raw(), call.raw(), str(prefix)));
    }
    void set(Call& call, std::string_view key, std::string_view bytes) const {
        checked(ops_.set(host_.raw(), call.raw(), str(key), str(bytes)));
    }
    void remove(Call& call, std::string_view key) const {
        checked(ops_.remove(host_.raw(), call.raw(), str(key)));
    }

  private:
    Host host_;
    const banger_kv_ops& ops_;
};

class Privileged {
  public:
    explicit Privileged(Host host)
        : host_(host), ops_(host.get<banger_privileged_ops>(BANGER_EXT_PRIVILEGED)) {}
    /// The verb's result as JSON text.
    std::string_view run(Call& call, std::string_view verb, std::string_view args_json) const {
        return value(ops_.run(host_.raw(), call.raw(), str(verb), str(args_json)));
    }
    [[nodiscard]] std::string_view readiness(Call& call) const {
        return value(ops_.readiness(host_.raw(), call.raw()));
    }

  private:
    Host host_;
    const banger_privileged_ops& ops_;
};

class NetworkInfo {
  public:
    explicit NetworkInfo(Host host)
        : host_(host), ops_(host.get<banger_network_info_ops>(BANGER_EXT_NETWORK_INFO)) {}
    [[nodiscard]] const banger_network& network(Call& call) const {
        return *ops_.network(host_.raw(), call.raw());
    }
    [[nodiscard]] const banger_vm_address* find(Call& call, std::string_view vm_id) const {
        return ops_.vm_address(host_.raw(), call.raw(), str(vm_id));
    }

  private:
    Host host_;
    const banger_network_info_ops& ops_;
};

class VmQuery {
  public:
    explicit VmQuery(Host host)
        : host_(host), ops_(host.get<banger_vm_query_ops>(BANGER_EXT_VM_QUERY)) {}
    [[nodiscard]] std::string_view list(Call& call) const {
        return value(ops_.list(host_.raw(), call.raw()));
    }
    [[nodiscard]] std::string_view get(Call& call, std::string_view name_or_id) const {
        return value(ops_.get(host_.raw(), call.raw(), str(name_or_id)));
    }

  private:
    Host host_;
    const banger_vm_query_ops& ops_;
};

class Exec {
  public:
    explicit Exec(Host host) : host_(host), ops_(host.get<banger_exec_ops>(BANGER_EXT_EXEC)) {}
    /// Throws when the program could not be run to its end; its exit status is the caller's to
    /// read.
    [[nodiscard]] const banger_exec_result&
    run(Call& call, const std::vector<std::string_view>& argv, std::string_view input = {}) const {
        std::vector<banger_str> words;
        for (const std::string_view word : argv) {
            words.push_back(str(word));
        }
        banger_exec_request request{};
        request.struct_size = sizeof request;
        request.argv = words.data();
        request.argc = words.size();
        request.input = str(input);
        const banger_exec_result* result = ops_.run(host_.raw(), call.raw(), &request);
        if (result->status < 0) {
            throw Error(result->status, std::string(view(result->message)),
                        std::string(view(result->hint)));
        }
        return *result;
    }

  private:
    Host host_;
    const banger_exec_ops& ops_;
};

class GuestChannel {
  public:
    explicit GuestChannel(Host host)
        : host_(host), ops_(host.get<banger_guest_channel_ops>(BANGER_EXT_GUEST_CHANNEL)) {}
    /// A connected socket that the caller closes.
    [[nodiscard]] int open(Call& call, std::string_view vm_id, std::uint32_t port,
                           std::chrono::milliseconds timeout = {}) const {
        return checked(
            ops_.open(host_.raw(), call.raw(), str(vm_id), port, std::int64_t{timeout.count()}));
    }

  private:
    Host host_;
    const banger_guest_channel_ops& ops_;
};

class Api {
  public:
    explicit Api(Host host) : host_(host), ops_(host.get<banger_api_ops>(BANGER_EXT_API)) {}
    [[nodiscard]] const banger_response& request(Call& call, std::string_view method,
                                                 std::string_view target,
                                                 std::string_view body_json = {}) const {
        return *ops_.request(host_.raw(), call.raw(), str(method), str(target), str(body_json));
    }

  private:
    Host host_;
    const banger_api_ops& ops_;
};

} // namespace sdk_1_0
} // namespace banger
