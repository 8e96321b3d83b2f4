#include "names_resolve.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

constexpr std::chrono::seconds pause{2};

/// Over when it goes, also by an exception: else nobody would ask again.
class Asking {
  public:
    explicit Asking(std::atomic<bool>& flag) : flag_(flag) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking() { flag_ = false; }

  private:
    std::atomic<bool>& flag_;
};

} // namespace

void NamesResolve::ask() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (asking_ || now < next_) {
        return;
    }
    next_ = now + pause;
    asking_ = true;
    timer_ = banger::Timer(host_, std::chrono::milliseconds{0}, std::chrono::milliseconds{0},
                           [this](banger::Call& call) {
                               const Asking asking(asking_);
                               heard_ = answer(call);
                           });
}

bool NamesResolve::answer(banger::Call& call) const {
    using nlohmann::json;
    if (host_.find<banger_api_ops>(BANGER_EXT_API) == nullptr) {
        return false;
    }
    const banger::Api api(host_); // named: GCC 13 and later warn of a reference from a temporary
    const banger_response& response =
        api.request(call, "POST", "/v1/plugins/dns/actions/cli/status", "{}");
    const std::string_view body(response.body.ptr, response.body.len);
    const json answer = response.http_status == 200 ? json::parse(body, nullptr, false) : json();
    const json::json_pointer told("/output/0/json/host_resolver_told");
    return answer.is_object() && answer.contains(told) && answer[told] == json(true);
}

} // namespace vsock
