#pragma once

#include <string>
#include <string_view>

namespace banger::cli {

/// Takes out of a guest's console what would act on the user's terminal (a guest may print
/// anything): every control sequence but colours, and control characters but newline and tab.
class ConsoleFilter {
  public:
    [[nodiscard]] std::string filter(std::string_view bytes);

  private:
    enum class State { text, escape, sequence, string, string_escape };
    State state_ = State::text;
    std::string sequence_;
};

/// Without any control sequence or mark of the writing direction; of control characters only tabs
/// and line feeds are left.
[[nodiscard]] std::string plain_text(std::string_view text);
/// The same on one line, so that a name cannot look like a line of ours.
[[nodiscard]] std::string plain_line(std::string_view text);

/// As the daemon gave it, which may be the words of a plugin or a guest: nothing in it acts on the
/// terminal. Line feeds and tabs stay, and of colours those that Terminal paints, where there are
/// any; they end with the text.
[[nodiscard]] std::string shown_text(std::string_view text, bool colours);
/// The same on one line: a cell, a value.
[[nodiscard]] std::string shown_line(std::string_view text, bool colours);

} // namespace banger::cli
