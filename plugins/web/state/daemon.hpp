#pragma once

#include <banger/plugin.hpp>

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace web {

/// An answer of the daemon that is no success, as a page shows it.
class Problem : public std::exception {
  public:
    Problem(int status, std::string kind, std::string message, std::string hint)
        : status_(status), kind_(std::move(kind)), message_(std::move(message)),
          hint_(std::move(hint)) {}
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
    [[nodiscard]] int status() const { return status_; } ///< of HTTP
    [[nodiscard]] const std::string& kind() const { return kind_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }

  private:
    int status_;
    std::string kind_, message_, hint_;
};

/// The daemon's API (docs/api.md) in-process, by JSON. On the thread of the call; each throws
/// Problem when the daemon refuses or does not answer in the call's time.
class Daemon {
  public:
    explicit Daemon(banger::Host host) : api_(host) {}
    [[nodiscard]] nlohmann::json get(banger::Call& call, std::string_view target) const {
        return request(call, "GET", target);
    }
    /// Of a resource that is no JSON.
    [[nodiscard]] std::string get_text(banger::Call& call, std::string_view target) const;
    nlohmann::json post(banger::Call& call, std::string_view target,
                        const nlohmann::json& body = nlohmann::json::object()) const {
        return request(call, "POST", target, body.dump());
    }
    nlohmann::json request(banger::Call& call, std::string_view method, std::string_view target,
                           std::string_view body_json = {}) const;

  private:
    banger::Api api_;
};

} // namespace web
