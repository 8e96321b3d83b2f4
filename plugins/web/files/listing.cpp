#include "listing.hpp"

#include "http/lower_case.hpp"
#include "http/percent.hpp"
#include "state/daemon.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>

namespace web {
namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

struct FoundName {
    std::string name;
    bool folder = false; ///< by what the file system says without being asked more
};

bool has_controls(const std::string& name) {
    return std::any_of(name.begin(), name.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Each byte that is no text, or would change what is around it, becomes a question mark.
std::string name_as_text(const std::string& name) {
    if (is_utf8(name) && !has_controls(name)) {
        return name;
    }
    std::string text = name;
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c >= 0x7f || c < 0; }, '?');
    return text;
}

std::string mode_text(mode_t mode) {
    std::string text = "rwxrwxrwx";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((mode & (0400U >> i)) == 0) {
            text[i] = '-';
        }
    }
    return text;
}

bool fits(const std::string& name, const ListingWish& wish, const std::string& with) {
    return name != "." && name != ".." && (wish.hidden || name[0] != '.') &&
           in_lower_case(name).find(with) != std::string::npos;
}

std::vector<FoundName> read_names(DIR* folder, const ListingWish& wish, bool& whole) {
    const std::string with = in_lower_case(wish.with);
    std::vector<FoundName> names;
    std::size_t count = 0;
    for (const dirent* entry = ::readdir(folder); entry != nullptr; entry = ::readdir(folder)) {
        if (++count > most_read) {
            whole = false;
            break;
        }
        const std::string name = entry->d_name;
        if (fits(name, wish, with)) {
            names.push_back({name, entry->d_type == DT_DIR});
        }
    }
    return names;
}

Listed entry_of(const Root& root, const std::string& below, int folder, const std::string& name) {
    Listed entry;
    entry.name = name;
    entry.shown = name_as_text(name);
    struct stat about {};
    if (::fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) {
        entry.kind = "gone";
        entry.why_not = std::strerror(errno);
        return entry;
    }
    entry.kind = kind_text(about.st_mode);
    if (S_ISLNK(about.st_mode)) {
        const auto target = root.look(below.empty() ? name : below + "/" + name);
        if (!target) {
            entry.why_not = "leads out of " + root.path() + ", or nowhere";
            return entry;
        }
        about = *target;
        entry.kind = "link to a " + kind_text(about.st_mode);
    }
    entry.mode = mode_text(about.st_mode);
    entry.size = S_ISREG(about.st_mode) ? static_cast<std::uint64_t>(about.st_size) : 0;
    if (entry.shown != name) {
        entry.why_not = "its name cannot be typed into a form";
        return entry;
    }
    entry.is_folder = S_ISDIR(about.st_mode);
    entry.is_choice = S_ISREG(about.st_mode);
    entry.why_not = entry.is_folder || entry.is_choice ? "" : "no file";
    return entry;
}

} // namespace

Listing list_folder(const Root& root, const std::string& below, const ListingWish& wish) {
    Handle handle = root.open_folder(below);
    const OpenFolder folder(::fdopendir(handle.get()));
    if (!folder) {
        throw Problem(500, "internal", root.path() + "/" + below + ": " + std::strerror(errno), "");
    }
    (void)handle.release(); // the stream closes it
    Listing listing;
    std::vector<FoundName> names = read_names(folder.get(), wish, listing.whole);
    listing.fitting = names.size();
    std::sort(names.begin(), names.end(), [](const FoundName& a, const FoundName& b) {
        return a.folder != b.folder ? a.folder : a.name < b.name;
    });
    names.resize(std::min(names.size(), most_listed));
    for (const FoundName& found : names) {
        listing.entries.push_back(entry_of(root, below, ::dirfd(folder.get()), found.name));
    }
    std::stable_partition(listing.entries.begin(), listing.entries.end(),
                          [](const Listed& entry) { return entry.is_folder; });
    return listing;
}

} // namespace web
