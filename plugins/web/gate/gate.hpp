#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace web {

/// What is known of a request before its body is read.
struct Head {
    std::string method, target;
    /// In the order and spelling they came in; names in lower case.
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<std::uint32_t> uid; ///< of who asks, where the kernel says

    [[nodiscard]] std::vector<std::string> all(const std::string& name) const;
};

/// Why a request is not let in: an error page, and the connection is closed after it.
struct Refusal {
    int status = 403;
    std::string title, cause, next; ///< next: what its user can do about it
};

/// Lets a request in or not, before anything of it is done: who asks (the kernel's word), the exact
/// Host against DNS rebinding, the method, Fetch Metadata and Origin against other sites and other
/// local pages, the type of the body. docs/web-security.md has each threat. Pure: any thread.
class Gate {
  public:
    struct Rules {
        std::vector<std::string> hosts; ///< "127.0.0.1:7777", "localhost:7777", .. in lower case
        std::uint32_t owner = 0;        ///< uid; it and root may ask
    };
    explicit Gate(Rules rules) : rules_(std::move(rules)) {}

    [[nodiscard]] std::optional<Refusal> check(const Head& head) const;
    /// May this user ask at all?
    [[nodiscard]] bool knows(std::optional<std::uint32_t> uid) const {
        return uid && (*uid == rules_.owner || *uid == 0);
    }
    /// The allowed one of these hosts that the request came for; empty when check() refuses it.
    [[nodiscard]] std::string host_of(const Head& head) const;

  private:
    Rules rules_;
};

} // namespace web
