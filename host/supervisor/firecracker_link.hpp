#pragma once

#include "os/error.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/loop.hpp"
#include "supervisor/vmm_link.hpp"
#include "vmm/firecracker/api_client.hpp"
#include "vmm/plan.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::supervisor {

/// The one connection to Firecracker's API. Firecracker tells nothing unasked, so what follows from
/// an answer is told as an event by us; why it ends is only in its status and on the console.
class FirecrackerLink final : public VmmLink {
  public:
    struct Limits {
        std::chrono::milliseconds connect{10'000}; ///< until the socket is there
        std::chrono::milliseconds first{10'000};   ///< until it says which version it is
        /// Firecracker itself gives its virtual processors 30 s.
        std::chrono::milliseconds each{35'000};
    };

    FirecrackerLink(Loop& loop, const vmm::SupervisorPlan& plan, OnEvent on_event);
    FirecrackerLink(Loop& loop, const vmm::SupervisorPlan& plan, OnEvent on_event, Limits limits);

    /// Waits for the socket, asks for the version, which must be the plan's, and makes the plan's
    /// requests in their order.
    void start(Done running) override;
    void powerdown(Done done) override; ///< Ctrl, Alt and Delete
    void pause(Done done) override;
    void resume(Done done) override;
    /// A drive that is named its file anew has the size of that file from then on.
    void resize_disk(const vmm::GrowingDisk& disk, std::uint64_t bytes, Done done) override;
    void drain() override;
    [[nodiscard]] bool open() const noexcept override { return connection_ && !closed_; }
    [[nodiscard]] std::string step() const override { return step_; }

  private:
    using Accepted = std::function<void(const nlohmann::json& data)>;
    struct Call {
        Done done; ///< empty: its deadline has passed
        Loop::Registration deadline;
    };

    void connect();
    void make_request(std::size_t number);
    void end_start(const os::Error* error);
    /// `accepted` is called on a good answer, however late it comes; then `done`, if it is not
    /// late.
    void ask(const vmm::ApiRequest& request, std::chrono::milliseconds limit, Accepted accepted,
             Done done);
    void answer(std::uint64_t id, const vmm::ApiRequest& request, const Accepted& accepted,
                const vmm::firecracker::ApiClient::Reply& reply);
    [[nodiscard]] os::Error failure(const vmm::ApiRequest& request,
                                    const vmm::firecracker::ApiClient::Reply& reply) const;
    void feed(std::string_view bytes);
    void flush();
    void close();

    Loop& loop_;
    std::filesystem::path socket_;
    std::string place_; ///< of the socket, for people: in a jail its path is a descriptor of ours
    std::filesystem::path dir_; ///< of the VM
    std::string version_;       ///< that there must be
    std::vector<vmm::ApiRequest> requests_;
    OnEvent on_event_;
    Limits limits_;
    Done running_;
    std::string step_;
    std::string said_version_;
    std::chrono::steady_clock::time_point connect_by_;
    std::chrono::milliseconds pause_{2}; ///< before the next try to connect
    Loop::Registration retry_;
    vmm::firecracker::ApiClient client_;
    std::optional<os::Error> no_http_; ///< what it said that was no answer
    bool closed_ = false;
    std::map<std::uint64_t, Call> calls_;
    std::uint64_t next_id_ = 1;
    std::unique_ptr<Connection> connection_;
};

} // namespace banger::supervisor
