#pragma once

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// What is gone when a VM is deleted: "disks of 8 GiB and 4 GiB".
[[nodiscard]] std::string disks_text(const nlohmann::json& vm);
/// "running for 2 h 10 min", "stopped".
[[nodiscard]] std::string run_text(const nlohmann::json& vm,
                                   std::chrono::system_clock::time_point now);
/// Of an image: what it takes on the disk, or that its files stay.
[[nodiscard]] std::string image_loss_text(const nlohmann::json& image);
/// Does it run, or will in a moment? Then a delete is by force.
[[nodiscard]] bool is_at_rest(const nlohmann::json& vm);

} // namespace web
