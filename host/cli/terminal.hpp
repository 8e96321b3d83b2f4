#pragma once

#include <string>
#include <string_view>

namespace banger::cli {

/// What an output stream can show.
struct Terminal {
    bool tty = false;
    bool colour = false;
    int width = 0; ///< columns; 0 when it is no terminal, and nothing need be cut

    [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return paint("2", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return paint("31", text); }
    [[nodiscard]] std::string green(std::string_view text) const { return paint("32", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return paint("33", text); }

  private:
    [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;
};

/// Of a descriptor; honours NO_COLOR, TERM=dumb and COLUMNS.
[[nodiscard]] Terminal terminal_of(int fd);

/// Columns that the text takes: UTF-8 characters count one each, colour sequences nothing.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// Broken at spaces into lines of at most `width` columns. The text begins at column `indent`, and
/// so do the lines that follow. A word that is longer stays whole; width 0 breaks nothing.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);
/// Cut to `width` columns with "…" at the end; colours stay balanced.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);

} // namespace banger::cli
