#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace banger::xbps {

/// A value of an XML property list, as xbps stores its index and its records.
struct Plist {
    enum class Kind { string, integer, boolean, data, array, dict };

    Kind kind = Kind::string;
    std::string text; ///< string, integer (its digits), data (its bytes)
    bool truth = false;
    std::vector<Plist> items;
    std::map<std::string, Plist> members;

    static Plist of(std::string text);
    static Plist data(std::string bytes);
    static Plist boolean(bool truth);
    static Plist list(const std::vector<std::string>& texts);
    static Plist dict();

    [[nodiscard]] const Plist* find(const std::string& key) const;
    /// What a string, integer or data says; empty when the key is absent or something else.
    [[nodiscard]] std::string text_of(const std::string& key) const;
    /// The strings of an array; none when the key is absent.
    [[nodiscard]] std::vector<std::string> texts_of(const std::string& key) const;
};

/// Throws os::Error (invalid) with `what` and the line.
[[nodiscard]] Plist parse_plist(std::string_view xml, const std::string& what);
/// The document as xbps writes it.
[[nodiscard]] std::string write_plist(const Plist& value);

} // namespace banger::xbps
