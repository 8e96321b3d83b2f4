#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace imagebuild {

/// What a word of a recipe may be. `wrong` goes on after the word: "'-x' is no ..".
struct WordRule {
    bool (*fits)(std::string_view text);
    const char* wrong;
};

extern const WordRule is_image;          ///< a name of an image
extern const WordRule is_package;        ///< NAME, NAME=VERSION, NAME/RELEASE, NAME:ARCH
extern const WordRule is_variable;       ///< a name in the environment
extern const WordRule is_variable_value; ///< what /etc/environment can hold
extern const WordRule is_account;        ///< a user or group
extern const WordRule is_guest_path;     ///< absolute, without ".."
extern const WordRule is_public_key;     ///< a line of authorized_keys
extern const WordRule is_url;            ///< http or https
extern const WordRule is_unit;           ///< a service

/// Octal, as chmod takes it: "644", "0755", "4755".
[[nodiscard]] std::optional<std::uint32_t> find_mode(std::string_view text);

} // namespace imagebuild
