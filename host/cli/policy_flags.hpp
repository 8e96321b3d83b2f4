#pragma once

#include "api_client/api.hpp"

#include <string>

namespace CLI {
class App;
}

namespace banger::cli {

/// When a VM is to start and stop by itself, as `vm create` and `vm set` take it.
class PolicyFlags {
  public:
    void add_to(CLI::App& verb);
    /// Into the request's body, as far as given; throws invalid.
    void put(api_client::Json& body) const;

  private:
    std::string autostart_, idle_stop_, max_lifetime_;
};

} // namespace banger::cli
