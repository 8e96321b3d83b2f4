#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::store {

/// Whose the files of an image are.
enum class ImageKind {
    bundle,     ///< the runtime bundle's; it has no record
    registered, ///< somebody else's
    managed     ///< banger's own
};

/// How a managed image was made.
enum class ImageSource { unknown, build, commit, imported };

[[nodiscard]] std::string_view to_string(ImageKind kind) noexcept;
/// "build", "commit", "import"; empty for unknown.
[[nodiscard]] std::string_view to_string(ImageSource source) noexcept;
/// These throw Error(invalid) naming what there is.
[[nodiscard]] ImageKind image_kind(std::string_view text);
[[nodiscard]] ImageSource image_source(std::string_view text);
/// Of a record; what another banger may have written there is unknown.
[[nodiscard]] ImageSource recorded_source(std::string_view text) noexcept;

void to_json(nlohmann::json& out, ImageKind kind);
void to_json(nlohmann::json& out, ImageSource source);
void from_json(const nlohmann::json& in, ImageKind& kind);
void from_json(const nlohmann::json& in, ImageSource& source);

} // namespace banger::store
