#include "cli/waterfall.hpp"

#include "cli/quantity.hpp"

#include <algorithm>
#include <cmath>

namespace banger::cli {
namespace {

constexpr int without_terminal = 80;
constexpr std::size_t time_width = 12; ///< "2 min 5 s" and the gap

std::string left_padded(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, display_width(text)), ' ') + text;
}

} // namespace

std::string waterfall(const std::vector<Span>& spans, const Terminal& terminal) {
    double total = 0;
    std::size_t name_width = 5;
    for (const Span& span : spans) {
        total += span.seconds;
        name_width = std::max(name_width, display_width(span.name));
    }
    if (spans.empty()) {
        return {};
    }
    const auto columns =
        static_cast<std::size_t>(terminal.width > 0 ? terminal.width : without_terminal);
    const std::size_t room =
        std::max<std::size_t>(columns, name_width + time_width + 12) - name_width - time_width - 2;
    const auto column = [&](double at) {
        return total > 0
                   ? static_cast<std::size_t>(std::lround(at / total * static_cast<double>(room)))
                   : 0;
    };
    std::string text;
    double at = 0;
    for (const Span& span : spans) {
        const std::size_t from = std::min(column(at), room - 1);
        const std::size_t to = std::max(column(at + span.seconds), from + 1);
        at += span.seconds;
        std::string bar;
        for (std::size_t i = from; i < to; ++i) {
            bar += "█";
        }
        text += span.name + std::string(name_width - display_width(span.name), ' ') +
                left_padded(duration_text(span.seconds), time_width) + "  " +
                std::string(from, ' ') + (span.bad ? terminal.red(bar) : terminal.green(bar)) +
                "\n";
    }
    return text + "total" + std::string(name_width - 5, ' ') +
           left_padded(duration_text(total), time_width) + "\n";
}

} // namespace banger::cli
