#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace banger::xbps {

/// "foo-bar-1.2.3_4" taken apart.
struct PackageId {
    std::string name;    ///< foo-bar
    std::string version; ///< 1.2.3_4
};

/// None when the text is no NAME-VERSION_REVISION of the characters that xbps allows.
[[nodiscard]] std::optional<PackageId> split_pkgver(std::string_view pkgver);

/// Below, at or above 0 as `left` is older than, as old as or newer than `right`, in xbps' order:
/// numbers by value, alpha < beta < pre = rc < a dot, letters after numbers, the revision last.
[[nodiscard]] int compare_versions(std::string_view left, std::string_view right);

/// The name that a dependency is about: "foo>=1<2", "foo-1.0_1", "foo-[0-9]*", "foo".
[[nodiscard]] std::string pattern_name(std::string_view pattern);
/// Does NAME-VERSION_REVISION satisfy the dependency? A bare name is satisfied by each version.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view pkgver);

} // namespace banger::xbps
