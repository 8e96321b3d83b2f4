#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace banger::os {

/// The one table of an enum's names, by which its values are printed and read.
template <class Enum, std::size_t n>
struct EnumNames {
    std::array<std::pair<Enum, std::string_view>, n> entries;

    /// "unknown" for a value that the table lacks.
    [[nodiscard]] constexpr std::string_view name(Enum value) const noexcept {
        for (const auto& [entry, text] : entries) {
            if (entry == value) {
                return text;
            }
        }
        return "unknown";
    }
    [[nodiscard]] constexpr std::optional<Enum> find(std::string_view name) const noexcept {
        for (const auto& [entry, text] : entries) {
            if (text == name) {
                return entry;
            }
        }
        return std::nullopt;
    }
};

/// enum_names<Colour>({{Colour::red, "red"}, {Colour::blue, "blue"}})
template <class Enum, std::size_t n>
constexpr EnumNames<Enum, n>
enum_names(const std::pair<Enum, std::string_view> (&entries)[n]) noexcept {
    return {std::to_array(entries)};
}

} // namespace banger::os
