#pragma once

#include <banger/plugin.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// The daemon's HTTP API, with errors as they are thrown here. Every function asks in calls of its
/// own, so that it works also in a job that is cancelled, and keeps nothing.
class DaemonApi {
  public:
    explicit DaemonApi(banger::Host host) : host_(host), api_(host) {}

    /// Throws Error with the kind, message and hint of a failed request.
    nlohmann::json ask(std::string_view method, std::string_view target,
                       const nlohmann::json& body = nullptr) const;
    /// Nothing when it is not there.
    [[nodiscard]] std::optional<nlohmann::json> find(std::string_view target) const;

    /// Waits for the end of an operation that `begun` is, and gives its last document. When `job`
    /// is cancelled, so is the operation; it is waited for all the same, and then this throws
    /// Error(CANCELLED). Throws the operation's error.
    nlohmann::json completed(banger::Call& job, const nlohmann::json& begun) const;
    /// The same whatever happens to the job; for a way back. Throws Error(TIMEOUT) beyond `limit`.
    void settled(const nlohmann::json& begun, std::chrono::milliseconds limit) const;

    /// "a b" in a path.
    [[nodiscard]] static std::string encoded(std::string_view text);

  private:
    [[nodiscard]] nlohmann::json operation(const std::string& id) const;
    [[nodiscard]] nlohmann::json end_of(const nlohmann::json& begun,
                                        std::chrono::milliseconds limit) const;

    banger::Host host_;
    banger::Api api_;
};

} // namespace imagebuild
