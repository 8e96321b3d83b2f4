#pragma once

#include "../ext/api.h"
#include "call.hpp"

#include <functional>

namespace banger {
inline namespace sdk_1_0 {

/// Follows a resource of the API that answers in lines: "/v1/operations/ID/events", say. As a
/// Subscription (background.hpp): the destructor waits for the function that runs, so it is not
/// called in it; the constructor may be called on any thread from init() on, and throws
/// Error(BANGER_E_UNAVAILABLE) when the host follows no more or nothing is to be followed there.
class Following {
  public:
    /// Gets one line at a time. over: the stream has ended, and `line` is empty or the reason;
    /// there is no further call.
    using Function = std::function<void(Call&, std::string_view line, bool over)>;
    Following(Host host, std::string_view target, Function f)
        : host_(host.raw()), ops_(host.get<banger_api_ops>(BANGER_EXT_API)),
          function_(std::move(f)), id_(ops_.follow(host_, str(target), &deliver, &function_)) {
        if (id_ == 0) {
            throw Error(BANGER_E_UNAVAILABLE, "the host does not follow " + std::string(target),
                        "64 streams and subscriptions at most; it must be a resource that goes on");
        }
    }
    Following(const Following&) = delete;
    Following& operator=(const Following&) = delete;
    ~Following() { ops_.unfollow(host_, id_); }

  private:
    static void deliver(void* context, banger_call* raw, banger_str line,
                        std::int32_t over) noexcept {
        seal(raw, [&] {
            Call call(raw);
            (*static_cast<Function*>(context))(call, view(line), over != 0);
        });
    }
    const banger_host* host_;
    const banger_api_ops& ops_;
    Function function_;
    std::uint64_t id_;
};

} // namespace sdk_1_0
} // namespace banger
