#pragma once

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

struct nft_ctx;

namespace banger::net {

/// The kernel's packet filter, by libnftables in its JSON form (libnftables-json(5)), in the
/// network namespace of the thread. Not for several threads. Needs CAP_NET_ADMIN.
class Nftables {
  public:
    Nftables();

    /// Runs these commands as one transaction: all or none. Returns what a list command answered.
    /// Throws with `what` in front and nft's own words behind.
    nlohmann::json run(const nlohmann::json& commands, const char* what);
    /// What the kernel has against these commands, in nft's words; empty when it would take them.
    /// Changes nothing.
    [[nodiscard]] std::string objection(const nlohmann::json& commands);

  private:
    struct Free {
        void operator()(nft_ctx* context) const noexcept;
    };
    [[nodiscard]] bool accepted(const nlohmann::json& commands);
    [[nodiscard]] std::string take_error() const; ///< what nft said of the last commands
    std::unique_ptr<nft_ctx, Free> context_;
};

} // namespace banger::net
