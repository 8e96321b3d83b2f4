#include "wire_name.hpp"

#include <banger/plugin.hpp>

#include <algorithm>

namespace dns {
namespace {

constexpr std::size_t max_label = 63;
constexpr std::size_t max_wire = 255;

[[noreturn]] void refuse(std::string_view text, const char* rule) {
    throw banger::Error(BANGER_E_INVALID,
                        "invalid name '" + std::string(text.substr(0, 80)) + "': " + rule,
                        "take letters, digits and '-', with dots in between, such as api.web");
}

void check_label(std::string_view text, std::string_view label) {
    if (label.empty()) {
        refuse(text, "a label is empty");
    }
    if (label.size() > max_label) {
        refuse(text, "a label is longer than 63 characters");
    }
    if (label.front() == '-' || label.back() == '-') {
        refuse(text, "a label begins or ends with '-'");
    }
}

} // namespace

std::string to_wire(std::string_view text) {
    std::string wire;
    std::string_view rest = text;
    for (bool more = true; more;) {
        const std::size_t dot = rest.find('.');
        const std::string_view label = rest.substr(0, dot);
        check_label(text, label);
        wire += static_cast<char>(label.size());
        for (const char c : label) {
            const bool upper = c >= 'A' && c <= 'Z';
            if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
                refuse(text, "only a-z, 0-9 and '-' can be in a host name");
            }
            wire += upper ? static_cast<char>(c + ('a' - 'A')) : c;
        }
        more = dot != std::string_view::npos;
        rest.remove_prefix(more ? dot + 1 : rest.size());
    }
    wire += '\0';
    if (wire.size() > max_wire) {
        refuse(text, "it is longer than 253 characters");
    }
    return wire;
}

std::string to_text(std::string_view wire) {
    std::string text;
    while (!wire.empty() && wire.front() != 0) {
        const auto label = static_cast<unsigned char>(wire.front());
        text += (text.empty() ? "" : ".");
        text += wire.substr(1, label);
        wire.remove_prefix(std::min<std::size_t>(wire.size(), label + 1U));
    }
    return text;
}

bool is_within(std::string_view wire, std::string_view above) {
    while (wire.size() > above.size()) {
        wire = parent(wire);
    }
    return wire == above;
}

} // namespace dns
