#pragma once

#include "image/catalog.hpp"
#include "os/error.hpp"
#include "privileged/client.hpp"
#include "vm/settings.hpp"
#include "vmm/choose.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::daemon {

/// What the checks look at, gathered on the loop.
struct DoctorFacts {
    std::string bundle_problem;       ///< empty when there is a bundle
    std::vector<std::string> missing; ///< files that the bundle names but lacks
    vm::Settings settings;
    std::string bridge;
    std::string wanted_vmm;
    std::string damaged_database;             ///< where the damaged one was put aside; mostly empty
    std::vector<std::string> plugin_problems; ///< "nat is failed: ..."
    std::vector<std::string> orphans;         ///< what only a plugin that is not loaded can undo
    std::optional<os::Error> no_network;      ///< why no plugin gives VMs a network
};

/// The host's own checks, as GET /v1/doctor lists them. [pool thread]
[[nodiscard]] nlohmann::json host_checks(const DoctorFacts& facts,
                                         const vmm::Hypervisors& hypervisors,
                                         const privileged::Client& privileged);

} // namespace banger::daemon
