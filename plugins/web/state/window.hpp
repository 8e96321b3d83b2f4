#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace web {

/// How far back is looked, in how many steps.
enum class Window { minutes, hour, day };

struct WindowFacts {
    Window window;
    const char* id;     ///< in addresses
    const char* name;   ///< "in the last <name>"
    std::int64_t step;  ///< seconds
    std::size_t count;  ///< of steps
    std::int64_t every; ///< seconds after which a page that is looked at asks again
};
constexpr std::array<WindowFacts, 3> windows{{{Window::minutes, "5m", "5 min", 5, 60, 5},
                                              {Window::hour, "1h", "1 h", 30, 120, 15},
                                              {Window::day, "24h", "24 h", 300, 288, 60}}};
[[nodiscard]] const WindowFacts& facts_of(Window window);
[[nodiscard]] std::optional<Window> window_of(std::string_view id);
/// Where its first step begins, as it looks at that time; both in seconds since 1970.
[[nodiscard]] std::int64_t begin_of(Window window, std::int64_t now);

} // namespace web
