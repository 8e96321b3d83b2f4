#pragma once

#include "builder/component.hpp"
#include "builder/manifest.hpp"

#include <filesystem>
#include <vector>

namespace banger::bundle {

/// Writes bundle.json into a bundle folder for the parts in place; keeps the file when only
/// `built_at` would differ.
void write_bundle_file(const std::filesystem::path& bundle, const Manifest& manifest,
                       const std::vector<Record>& records);

/// Throws os::Error (invalid, not_found) when the folder's bundle.json cannot be read, or names a
/// file that is missing or lies outside of the folder.
void check_bundle_file(const std::filesystem::path& bundle);

/// bundle.json for a ready bundle that lies in `folder`/ready, with its paths seen from `folder`.
void adopt_bundle_file(const std::filesystem::path& folder, const std::vector<Record>& records);

} // namespace banger::bundle
