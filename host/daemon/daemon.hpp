#pragma once

#include "config/config.hpp"
#include "os/paths.hpp"

#include <memory>

namespace spdlog {
class logger;
}

namespace banger::daemon {

/// bangerd: every part, wired once. It is built stopped; run() is its whole life.
class Daemon {
  public:
    Daemon(config::Config config, os::UserPaths paths, std::shared_ptr<spdlog::logger> log);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Returns after a stop was asked for (SIGTERM, SIGINT, the API). VMs run on. Throws what kept
    /// it from starting.
    void run();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace banger::daemon
