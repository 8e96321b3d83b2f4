#pragma once

#include "daemon_api.hpp"
#include "holdings.hpp"
#include "places.hpp"
#include "under_way.hpp"

#include <banger/plugin.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace imagebuild {

/// What verbs need to begin jobs, and what these share.
class JobStart {
  public:
    using Claim = std::shared_ptr<UnderWay::Claim>;
    using Work = std::function<void(banger::Job&, const Claim&)>;

    JobStart(banger::Host host, const Places& places);

    /// Begins a job at an image, which it has alone until its end; emits its operation. Without a
    /// name the job claims one itself. Throws Error(CONFLICT) when another job is at it.
    void begin(banger::Call& call, std::string_view kind, const std::string& image,
               const std::string& target, Work work);
    /// Throws Error(UNAVAILABLE) where a program is missing.
    void require_tools() const;
    /// Throws Error where an image of that name cannot be made.
    void require_free(const std::string& image, bool replace) const;
    /// Begins the removal of what a daemon left that was killed.
    void tidy(banger::Call& call);

    [[nodiscard]] banger::Host host() const { return host_; }
    [[nodiscard]] const Places& places() const { return places_; }
    [[nodiscard]] std::string tool() const { return places_.tool.string(); }
    [[nodiscard]] const std::string& logs() const { return logs_; }
    [[nodiscard]] const DaemonApi& api() const { return api_; }
    [[nodiscard]] const Holdings& holdings() const { return holdings_; }
    [[nodiscard]] UnderWay& under_way() { return under_way_; }

  private:
    void start(banger::Call& call, std::string_view kind, const std::string& target,
               banger::Operations::Function work);

    banger::Host host_;
    Places places_;
    DaemonApi api_;
    Holdings holdings_;
    banger::Operations operations_;
    std::string logs_;
    UnderWay under_way_;
};

} // namespace imagebuild
