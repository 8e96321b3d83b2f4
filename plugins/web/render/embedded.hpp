#pragma once

#include <span>
#include <string_view>

namespace web {

/// A file of the source tree inside of the plugin: nothing is read from the disk.
struct Embedded {
    std::string_view name;  ///< "vms.tpl", "app.css"
    std::string_view bytes; ///< lives as long as the plugin
};

/// templates/*.tpl
[[nodiscard]] std::span<const Embedded> embedded_templates() noexcept;
/// assets/*, and beside each the same compressed, as "app.css.gz"
[[nodiscard]] std::span<const Embedded> embedded_assets() noexcept;

} // namespace web
