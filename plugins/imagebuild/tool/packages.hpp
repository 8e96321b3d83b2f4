#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace image_tool {

struct Package {
    std::string name, version;
};

/// Installed packages by name, of what a guest's package manager keeps: any bytes.
[[nodiscard]] std::vector<Package> dpkg_packages(std::string_view status);
[[nodiscard]] std::vector<Package> xbps_packages(std::string_view plist);
/// PRETTY_NAME of an os-release, or empty.
[[nodiscard]] std::string system_name(std::string_view os_release);

} // namespace image_tool
