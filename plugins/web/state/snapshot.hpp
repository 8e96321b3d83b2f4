#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <nlohmann/json.hpp>

namespace web {

/// What the daemon said last, whole and unchanging: pages are drawn from it, and no guest is asked
/// while somebody waits for a page.
struct Snapshot {
    std::uint64_t revision = 0; ///< grows with each change that was seen
    std::chrono::system_clock::time_point taken_at;
    nlohmann::json vms = nlohmann::json::array();        ///< GET /v1/vms: its "vms"
    nlohmann::json images = nlohmann::json::array();     ///< GET /v1/images: its "images"
    nlohmann::json operations = nlohmann::json::array(); ///< GET /v1/operations: newest first
    nlohmann::json daemon = nlohmann::json::object();    ///< GET /v1/daemon
    nlohmann::json plugins = nlohmann::json::array();    ///< GET /v1/plugins: its "plugins"
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

} // namespace web
