#pragma once

#include <string>

namespace banger::copy {

/// The last part of a path, which a copy of it is called; empty for one that has no name of its own
/// ("", ".", "..", "/"): such a folder's content is copied.
[[nodiscard]] std::string name_in(const std::string& path);

/// Where `tar` is to be, and what it is to take there, for a path in a guest.
struct TarPlace {
    std::string folder, entry;
    bool operator==(const TarPlace&) const = default;
};
[[nodiscard]] TarPlace tar_place(const std::string& path);

/// As a program in root's home takes it: "~/x" is "./x", no path is an option.
[[nodiscard]] std::string plain_path(const std::string& path);

} // namespace banger::copy
