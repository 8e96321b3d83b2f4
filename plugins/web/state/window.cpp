#include "window.hpp"

namespace web {

const WindowFacts& facts_of(Window window) {
    return windows.at(static_cast<std::size_t>(window));
}

std::optional<Window> window_of(std::string_view id) {
    for (const WindowFacts& each : windows) {
        if (id == each.id) {
            return each.window;
        }
    }
    return std::nullopt;
}

std::int64_t begin_of(Window window, std::int64_t now) {
    const WindowFacts& facts = facts_of(window);
    return ((now - 1) / facts.step + 1 - static_cast<std::int64_t>(facts.count)) * facts.step;
}

} // namespace web
