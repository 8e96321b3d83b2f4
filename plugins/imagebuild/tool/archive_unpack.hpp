#pragma once

#include <cstdint>
#include <filesystem>

#include <nlohmann/json_fwd.hpp>

namespace image_tool {
class Report;
}

namespace image_tool::archive {

struct UnpackOptions {
    std::filesystem::path file;
    std::filesystem::path folder; ///< there, and without files of an image in it
    std::uint64_t max_bytes = 0;  ///< on the disk; 0: what is free there
};

/// What an archive says of itself, by its first member alone: {"image":{..}}. Throws Failure.
nlohmann::json about_archive(const std::filesystem::path& file);

/// Puts the files of an image archive into a folder, or throws Failure and puts nothing there.
/// Gives {"image":{..},"files":[..],"size_bytes":n,"disk_bytes":n}.
nlohmann::json unpack(const UnpackOptions& options, Report& report);

} // namespace image_tool::archive
