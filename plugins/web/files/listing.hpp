#pragma once

#include "root.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace web {

/// One name in a folder.
struct Listed {
    std::string name;  ///< bytes as they are
    std::string shown; ///< the same as text: what is none is replaced
    std::string kind;  ///< "folder", "file", "link to a file", "FIFO", ..
    std::uint64_t size = 0;
    std::string mode;       ///< "rw-r--r--"
    bool is_folder = false; ///< also by a link that stays below the root
    bool is_choice = false; ///< a file whose path a form can carry
    std::string why_not;    ///< neither of both
};

struct Listing {
    std::vector<Listed> entries; ///< folders first, by name
    std::size_t fitting = 0;     ///< names that fit, shown or not
    bool whole = true;           ///< false: the folder has more names than are read
};

struct ListingWish {
    std::string with;    ///< names that have this in them, in whatever case; empty: all
    bool hidden = false; ///< also those that begin with a dot
};

/// A folder of any size takes a short time and a small page.
constexpr std::size_t most_read = 20000;
constexpr std::size_t most_listed = 1000;

/// Throws Problem (root.hpp).
[[nodiscard]] Listing list_folder(const Root& root, const std::string& below,
                                  const ListingWish& wish);

} // namespace web
