#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace web {

/// The packages of an image, as its manifest (packages.txt, "name version" in each line) has them.
/// Any thread.
class PackageList {
  public:
    /// Throws banger::Error (E_NOT_FOUND) that names the file: it cannot be read, is no plain file,
    /// or is longer than 8 MiB.
    [[nodiscard]] static PackageList read(const std::string& path);
    [[nodiscard]] static PackageList parse(std::string_view text);

    /// Name and version, in the file's order; the version may be empty.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const {
        return packages_;
    }

  private:
    std::vector<std::pair<std::string, std::string>> packages_;
};

} // namespace web
