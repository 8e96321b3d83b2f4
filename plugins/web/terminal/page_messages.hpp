#pragma once

#include "shell_end.hpp"
#include "shell_wish.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace web {

/// What a page and we say to each other in words; what is typed and shown goes as bytes beside it
/// (plugins/web/README.md, "For programs").

/// With which code a WebSocket is closed.
enum class CloseCode : std::uint16_t {
    going_away = 1001, ///< the console stops
    not_understood = 1008,
    vm_stopped = 4001,
    exited = 4002,
    replaced = 4003, ///< another page looks at the shell now
    failed = 4004,   ///< there is no shell
};
[[nodiscard]] CloseCode close_code(ShellEnd::Why why);

/// {"rows","columns"} and {"seen"}: at least one of them.
struct PageMessage {
    std::optional<TerminalSize> size;
    std::optional<std::uint64_t> seen; ///< bytes of the shell's that are drawn
};
/// Nothing for what is none.
[[nodiscard]] std::optional<PageMessage> read_page_message(std::string_view text);
/// Of 1 to 1000 each, else nothing.
[[nodiscard]] std::optional<TerminalSize> terminal_size(double rows, double columns);

/// The first one: which shell it is, the number of the first byte that comes, and how many bytes
/// were written before this page has looked.
[[nodiscard]] std::string hello_text(const std::string& session, std::uint64_t at,
                                     std::uint64_t replay);
[[nodiscard]] std::string live_text(); ///< the guest has begun it
/// The last one, before the WebSocket is closed.
[[nodiscard]] std::string end_text(CloseCode code, const std::string& text,
                                   const std::string& hint);

} // namespace web
