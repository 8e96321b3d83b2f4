#include "page_messages.hpp"

#include "pages/text.hpp"
#include "state/field.hpp"

#include <nlohmann/json.hpp>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t longest_message = 256;
constexpr double longest_side = 1000;

std::string told(const json& message) {
    return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

json parsed(std::string_view text) {
    return json::parse(text, nullptr, false);
}

} // namespace

CloseCode close_code(ShellEnd::Why why) {
    switch (why) {
    case ShellEnd::Why::vm_stopped:
        return CloseCode::vm_stopped;
    case ShellEnd::Why::exited:
        return CloseCode::exited;
    case ShellEnd::Why::failed:
        break;
    }
    return CloseCode::failed;
}

std::optional<TerminalSize> terminal_size(double rows, double columns) {
    const auto is_side = [](double side) { return side >= 1 && side <= longest_side; };
    if (!is_side(rows) || !is_side(columns)) {
        return std::nullopt;
    }
    return TerminalSize{static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(columns)};
}

std::optional<PageMessage> read_page_message(std::string_view text) {
    if (text.size() > longest_message) {
        return std::nullopt;
    }
    const json message = parsed(text);
    PageMessage read;
    read.size = terminal_size(field_number(message, "rows"), field_number(message, "columns"));
    if (field(message, "seen").is_number_unsigned()) {
        read.seen = field_count(message, "seen");
    }
    return read.size || read.seen ? std::optional(read) : std::nullopt;
}

std::string hello_text(const std::string& session, std::uint64_t at, std::uint64_t replay) {
    return told({{"session", session}, {"at", at}, {"replay", replay}});
}

std::string live_text() {
    return told({{"live", true}});
}

std::string end_text(CloseCode code, const std::string& text, const std::string& hint) {
    return told({{"end", static_cast<std::uint16_t>(code)}, {"text", text}, {"hint", hint}});
}

} // namespace web
