#include "log_bar.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace web {
namespace {

using nlohmann::json;

constexpr std::array<std::size_t, 4> line_counts{200, 500, 2000, 10000};

} // namespace

ConsoleWish wish_of(const Params& query, std::size_t otherwise) {
    ConsoleWish wish{std::string(query.get("q").substr(0, 200)), otherwise};
    const std::string_view lines = query.get("lines");
    std::size_t number = 0;
    std::from_chars(lines.data(), lines.data() + lines.size(), number);
    if (std::find(line_counts.begin(), line_counts.end(), number) != line_counts.end()) {
        wish.lines = number;
    }
    return wish;
}

json bar_model(const Params& query, const ConsoleWish& wish) {
    json choices = json::array();
    for (const std::size_t count : line_counts) {
        choices.push_back({{"COUNT", count}, {"CHOSEN", count == wish.lines}});
    }
    return {{"Q", wish.q}, {"LINES", choices}, {"NOWRAP", query.get("nowrap") == "1"}};
}

void send_as_file(Response& response, const std::string& vm, const std::string& what) {
    std::string file;
    for (const char c : vm) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        file += plain ? c : '_';
    }
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"" + file + "-" + what + ".txt\"");
}

} // namespace web
