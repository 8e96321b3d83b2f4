#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace imagebuild {

/// "512M", "8G", "1.5G", "2T", or a number alone, which is MiB: in whole MiB. Nothing for another
/// text, for less than 1 MiB and for more than 16 TiB.
[[nodiscard]] std::optional<std::int64_t> find_mib(std::string_view text);

} // namespace imagebuild
