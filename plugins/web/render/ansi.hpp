#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace web {

/// A piece of a line in one style. Templates escape both.
struct AnsiRun {
    std::string classes; ///< of app.css: "fg1 bold"; empty: plain
    std::string text;    ///< UTF-8
    bool operator==(const AnsiRun&) const = default;
};

/// One line of what a guest wrote, as a terminal shows it.
class AnsiLine {
  public:
    [[nodiscard]] std::string plain() const;
    /// hit: each place where it is in the line, in whatever case of ASCII, is a run of its own with
    /// the class "hit". Empty: none.
    [[nodiscard]] std::vector<AnsiRun> runs(std::string_view hit = {}) const;
    [[nodiscard]] bool has(std::string_view text) const; ///< in whatever case of ASCII

  private:
    friend class AnsiText;
    struct Cell {
        char32_t character = U' ';
        std::uint32_t style = 0;
    };
    std::vector<Cell> cells_;
};

/// What a guest writes to its console, for a browser: colours and weights become runs, a carriage
/// return and a backspace go back in the line, everything else that a terminal would act on (also
/// links by OSC 8) is left out with what belongs to it, as are marks of the writing direction. Any
/// bytes will do: what is no UTF-8 becomes U+FFFD, and no line is longer than longest_line.
class AnsiText {
  public:
    static constexpr std::size_t longest_line = 4096;

    void feed(std::string_view bytes);
    /// The lines so far, the last one unfinished if no line feed ends it; it begins anew.
    [[nodiscard]] std::vector<AnsiLine> take();

  private:
    enum class State { text, escape, sequence, string, string_escape };

    void take_byte(char byte);
    void take_character(char32_t character);
    void take_control(char byte);
    void escape(char byte);
    void end_sequence(char byte);
    std::size_t style(std::size_t at); ///< of numbers_; the last one that belongs to it
    void end_line();

    State state_ = State::text;
    std::string sequence_;          ///< since ESC [
    std::vector<unsigned> numbers_; ///< of it
    char32_t partial_ = 0;          ///< of a character of several bytes
    int missing_ = 0;               ///< bytes of that
    char32_t least_ = 0;            ///< below that it would be written with fewer
    std::uint32_t style_ = 0;
    std::size_t column_ = 0;
    AnsiLine line_;
    bool begun_ = false; ///< the line has something, or a carriage return
    std::vector<AnsiLine> lines_;
};

} // namespace web
