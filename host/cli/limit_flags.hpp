#pragma once

#include "api_client/api.hpp"

#include <string>

namespace CLI {
class App;
}

namespace banger::cli {

/// What a VM may move in a second, as `vm create` and `vm set` take it.
class LimitFlags {
  public:
    /// `when` ends what the help says of each: "; while it is stopped".
    void add_to(CLI::App& verb, const std::string& when = {});
    /// Into the request's body, as far as given; throws invalid.
    void put(api_client::Json& body) const;

  private:
    std::string disk_bandwidth_, disk_iops_, network_bandwidth_;
};

/// The line of `vm show`: "each disk 50M/s, 1000 operations/s; network 10M/s each way", or empty.
[[nodiscard]] std::string limits_text(const api_client::Json& vm);

} // namespace banger::cli
