#include "ansi.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace web {
namespace {

constexpr char32_t replacement = 0xfffd;
constexpr std::size_t longest_sequence = 128;

// A style: colour of the text (1 to 16, 0: its own) and of what is behind it, five bits each, then
// these.
constexpr std::uint32_t background_shift = 5, colour_mask = 31;
constexpr std::uint32_t bold = 1U << 10U, dim = 1U << 11U, italic = 1U << 12U,
                        underline = 1U << 13U, strike = 1U << 14U, inverse = 1U << 15U,
                        hit_mark = 1U << 16U;

/// Eight numbers of "select graphic rendition" (ECMA-48, 8.3.117) that are colour_rows.
struct Colours {
    unsigned first;
    std::uint32_t from;
    bool behind;
};
constexpr Colours colour_rows[] = {{30, 0, false}, {90, 8, false}, {40, 0, true}, {100, 8, true}};

/// One that is not.
struct Change {
    unsigned number;
    std::uint32_t taken, given;
};
constexpr Change style_changes[] = {{0, ~0U, 0},          {1, 0, bold},
                                    {2, 0, dim},          {3, 0, italic},
                                    {4, 0, underline},    {7, 0, inverse},
                                    {9, 0, strike},       {22, bold | dim, 0},
                                    {23, italic, 0},      {24, underline, 0},
                                    {27, inverse, 0},     {29, strike, 0},
                                    {39, colour_mask, 0}, {49, colour_mask << background_shift, 0}};

std::string classes_of(std::uint32_t style) {
    std::string classes;
    const auto add = [&](bool is, const std::string& name) {
        classes += !is ? "" : (classes.empty() ? "" : " ") + name;
    };
    const std::uint32_t text = style & colour_mask;
    const std::uint32_t behind = style >> background_shift & colour_mask;
    add(text != 0, "fg" + std::to_string(text - 1));
    add(behind != 0, "bg" + std::to_string(behind - 1));
    add((style & bold) != 0, "bold");
    add((style & dim) != 0, "dim");
    add((style & italic) != 0, "italic");
    add((style & underline) != 0, "underline");
    add((style & strike) != 0, "strike");
    add((style & inverse) != 0, "inverse");
    add((style & hit_mark) != 0, "hit");
    return classes;
}

void append_character(std::string& text, char32_t character) {
    const auto byte = [&](char32_t value) { text += static_cast<char>(value); };
    if (character < 0x80) {
        byte(character);
    } else if (character < 0x800) {
        byte(0xc0U | character >> 6U);
        byte(0x80U | (character & 0x3fU));
    } else if (character < 0x10000) {
        byte(0xe0U | character >> 12U);
        byte(0x80U | (character >> 6U & 0x3fU));
        byte(0x80U | (character & 0x3fU));
    } else {
        byte(0xf0U | character >> 18U);
        byte(0x80U | (character >> 12U & 0x3fU));
        byte(0x80U | (character >> 6U & 0x3fU));
        byte(0x80U | (character & 0x3fU));
    }
}

/// Turns or hides what is around it.
bool acts_on_text(char32_t c) {
    return (c >= 0x80 && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) || c == 0x2028 ||
           c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff;
}

char32_t lower_of(char32_t c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/// The nearest of the 16 colour_rows that app.css has.
std::uint32_t nearest_colour(int red, int green, int blue) {
    static constexpr std::array<std::array<int, 3>, 16> table{{{0, 0, 0},
                                                               {205, 0, 0},
                                                               {0, 205, 0},
                                                               {205, 205, 0},
                                                               {0, 0, 238},
                                                               {205, 0, 205},
                                                               {0, 205, 205},
                                                               {229, 229, 229},
                                                               {127, 127, 127},
                                                               {255, 0, 0},
                                                               {0, 255, 0},
                                                               {255, 255, 0},
                                                               {92, 92, 255},
                                                               {255, 0, 255},
                                                               {0, 255, 255},
                                                               {255, 255, 255}}};
    const auto far = [&](const std::array<int, 3>& colour) {
        return std::abs(colour[0] - red) + std::abs(colour[1] - green) + std::abs(colour[2] - blue);
    };
    const auto* best =
        std::min_element(table.begin(), table.end(),
                         [&](const auto& one, const auto& other) { return far(one) < far(other); });
    return static_cast<std::uint32_t>(best - table.begin());
}

/// Of the 256 of xterm: 16 named ones, a cube, greys.
std::uint32_t of_palette(unsigned number) {
    if (number < 16) {
        return number;
    }
    if (number >= 232) {
        const int grey = static_cast<int>(std::min(number, 255U) - 232) * 10 + 8;
        return nearest_colour(grey, grey, grey);
    }
    const auto part = [&](unsigned divisor) {
        const unsigned step = (number - 16) / divisor % 6;
        return static_cast<int>(step == 0 ? 0 : 55 + 40 * step);
    };
    return nearest_colour(part(36), part(6), part(1));
}

} // namespace

std::string AnsiLine::plain() const {
    std::string text;
    for (const Cell& cell : cells_) {
        append_character(text, cell.character);
    }
    return text;
}

bool AnsiLine::has(std::string_view text) const {
    const std::string line = plain();
    const auto same = [](char one, char other) {
        return lower_of(static_cast<unsigned char>(one)) ==
               lower_of(static_cast<unsigned char>(other));
    };
    return std::search(line.begin(), line.end(), text.begin(), text.end(), same) != line.end();
}

std::vector<AnsiRun> AnsiLine::runs(std::string_view hit) const {
    std::u32string wanted;
    AnsiText as_cells;
    as_cells.feed(hit);
    for (const AnsiLine& line : as_cells.take()) {
        for (const Cell& cell : line.cells_) {
            wanted += cell.character;
        }
    }
    std::size_t marked_until = 0;
    std::vector<AnsiRun> runs;
    std::uint32_t last = 0;
    const auto same = [](const Cell& cell, char32_t c) {
        return lower_of(cell.character) == lower_of(c);
    };
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (!wanted.empty() && i >= marked_until && wanted.size() <= cells_.size() - i &&
            std::equal(wanted.begin(), wanted.end(),
                       cells_.begin() + static_cast<std::ptrdiff_t>(i),
                       [&](char32_t c, const Cell& cell) { return same(cell, c); })) {
            marked_until = i + wanted.size();
        }
        const std::uint32_t style = cells_[i].style | (i < marked_until ? hit_mark : 0U);
        if (runs.empty() || style != last) {
            runs.push_back({classes_of(style), {}});
            last = style;
        }
        append_character(runs.back().text, cells_[i].character);
    }
    return runs;
}

void AnsiText::feed(std::string_view bytes) {
    for (const char byte : bytes) {
        take_byte(byte);
    }
}

std::vector<AnsiLine> AnsiText::take() {
    if (missing_ > 0) {
        missing_ = 0;
        take_character(replacement);
    }
    if (begun_) {
        end_line();
    }
    return std::exchange(lines_, {});
}

void AnsiText::end_line() {
    lines_.push_back(std::exchange(line_, {}));
    column_ = 0;
    begun_ = false;
}

void AnsiText::take_character(char32_t character) {
    if (acts_on_text(character)) {
        return;
    }
    if (column_ >= longest_line) {
        end_line();
    }
    if (column_ >= line_.cells_.size()) {
        line_.cells_.resize(column_ + 1);
    }
    line_.cells_[column_++] = {character, style_};
    begun_ = true;
}

void AnsiText::take_byte(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    switch (state_) {
    case State::escape:
        escape(byte);
        return;
    case State::sequence:
        if (value >= 0x40 && value <= 0x7e) {
            state_ = State::text;
            end_sequence(byte);
        } else if (value < 0x20 || value > 0x7e || sequence_.size() >= longest_sequence) {
            state_ = State::text; // none after all: what follows is text
            take_byte(byte);
        } else {
            sequence_ += byte;
        }
        return;
    case State::string: // a line feed ends it, too, so that nobody hides the rest of the log
    case State::string_escape:
        if (byte == '\a' || byte == '\n' || (state_ == State::string_escape && byte == '\\')) {
            state_ = State::text;
            if (byte == '\n') {
                take_control(byte);
            }
        } else {
            state_ = byte == '\033' ? State::string_escape : State::string;
        }
        return;
    case State::text:
        break;
    }
    if (missing_ > 0) {
        if ((value & 0xc0U) == 0x80U) {
            partial_ = partial_ << 6U | (value & 0x3fU);
            if (--missing_ == 0) {
                const bool good = partial_ >= least_ && partial_ <= 0x10ffff &&
                                  (partial_ < 0xd800 || partial_ > 0xdfff);
                take_character(good ? partial_ : replacement);
            }
            return;
        }
        missing_ = 0;
        take_character(replacement);
    }
    if (value < 0x20 || value == 0x7f) {
        take_control(byte);
    } else if (value < 0x80) {
        take_character(value);
    } else if (value < 0xc2 || value > 0xf4) {
        take_character(replacement);
    } else {
        missing_ = value >= 0xf0 ? 3 : value >= 0xe0 ? 2 : 1;
        partial_ = value & (0x3fU >> static_cast<unsigned>(missing_));
        least_ = missing_ == 3 ? 0x10000 : missing_ == 2 ? 0x800 : 0x80;
    }
}

void AnsiText::take_control(char byte) {
    switch (byte) {
    case '\n':
        end_line();
        break;
    case '\r':
        column_ = 0;
        begun_ = true;
        break;
    case '\b':
        column_ -= column_ > 0 ? 1 : 0;
        break;
    case '\t':
        do {
            take_character(U' ');
        } while (column_ % 8 != 0);
        break;
    case '\033':
        state_ = State::escape;
        break;
    default:
        break;
    }
}

void AnsiText::escape(char byte) {
    // OSC, DCS, SOS, PM and APC carry a text up to BEL or ESC backslash.
    constexpr std::string_view begins_string = "]PX^_";
    if (byte == '[') {
        state_ = State::sequence;
        sequence_.clear();
    } else if (begins_string.find(byte) != std::string_view::npos) {
        state_ = State::string;
    } else if (byte < 0x20 || byte > 0x2f) {
        state_ = State::text;
        if (static_cast<unsigned char>(byte) < 0x20 || static_cast<unsigned char>(byte) > 0x7e) {
            take_byte(byte);
        }
    }
}

void AnsiText::end_sequence(char byte) {
    numbers_.assign(1, 0);
    for (const char c : sequence_) {
        if (c == ';' || c == ':') {
            numbers_.push_back(0);
        } else if (c >= '0' && c <= '9') {
            numbers_.back() =
                std::min(numbers_.back() * 10 + static_cast<unsigned>(c - '0'), 9999U);
        } else {
            return; // private: not for what is shown
        }
    }
    if (byte == 'm') {
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            i = style(i);
        }
    } else if (byte == 'K') {
        auto& cells = line_.cells_;
        const std::size_t from = numbers_[0] == 0 ? column_ : 0;
        const std::size_t to = numbers_[0] == 1 ? column_ + 1 : cells.size();
        for (std::size_t i = from; i < std::min(to, cells.size()); ++i) {
            cells[i] = {};
        }
        if (numbers_[0] != 1) {
            cells.resize(std::min(cells.size(), column_));
        }
    }
}

std::size_t AnsiText::style(std::size_t at) {
    const unsigned number = numbers_[at];
    const auto paint = [&](std::uint32_t colour, bool behind) {
        const std::uint32_t shift = behind ? background_shift : 0;
        style_ = (style_ & ~(colour_mask << shift)) | (colour + 1) << shift;
    };
    if (number == 38 || number == 48) {
        const std::size_t left = numbers_.size() - at;
        if (left >= 3 && numbers_[at + 1] == 5) {
            paint(of_palette(numbers_[at + 2]), number == 48);
            return at + 2;
        }
        if (left >= 5 && numbers_[at + 1] == 2) {
            const auto part = [&](std::size_t i) { return static_cast<int>(numbers_[at + i]); };
            paint(nearest_colour(part(2), part(3), part(4)), number == 48);
            return at + 4;
        }
        return numbers_.size(); // not how it is written: the rest would be misread
    }
    for (const Colours& row : colour_rows) {
        if (number >= row.first && number < row.first + 8) {
            paint(number - row.first + row.from, row.behind);
        }
    }
    for (const Change& change : style_changes) {
        if (number == change.number) {
            style_ = (style_ & ~change.taken) | change.given;
        }
    }
    return at;
}

} // namespace web
