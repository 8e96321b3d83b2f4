#pragma once

#include <filesystem>
#include <vector>

namespace banger::store {

struct ImageRow;

/// The copy of the image records in `folder`/images.json.
void write_images_json(const std::filesystem::path& folder, const std::vector<ImageRow>& rows);
/// Empty when there is no such file. Throws invalid when it is none of ours.
[[nodiscard]] std::vector<ImageRow> find_images_json(const std::filesystem::path& folder);

} // namespace banger::store
