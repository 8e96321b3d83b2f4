#include "entries.hpp"

#include "content.hpp"

#include <algorithm>
#include <exception>

namespace image_tool {
namespace {

struct Listing {
    const FileSystem* fs;
    std::vector<Entry> entries;
    std::exception_ptr failure;
};

bool is_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
}

int note_entry(ext2_ino_t directory, int place, ext2_dir_entry* entry, int /*offset*/,
               int /*block_size*/, char* /*block*/, void* data) {
    auto& listing = *static_cast<Listing*>(data);
    try {
        const auto length = static_cast<std::size_t>(ext2fs_dirent_name_len(entry));
        std::string name(entry->name, length);
        if ((place == DIRENT_DOT_FILE && name == ".") ||
            (place == DIRENT_DOT_DOT_FILE && name == "..")) {
            return 0;
        }
        if (!is_name(name)) {
            throw listing.fs->damaged("directory " + std::to_string(directory) +
                                      " has a name that no name can be");
        }
        listing.entries.push_back({std::move(name), entry->inode});
        return 0;
    } catch (...) {
        listing.failure = std::current_exception();
        return DIRENT_ABORT;
    }
}

} // namespace

std::vector<Entry> entries_of(FileSystem& fs, ext2_ino_t number, const Inode& inode) {
    const std::string what = "read directory " + std::to_string(number);
    if (!is_directory(inode)) {
        throw fs.damaged("inode " + std::to_string(number) + " is no directory");
    }
    (void)runs_of(fs, number, inode); // so that its blocks are known to be good and not too many
    Listing listing{&fs, {}, nullptr};
    const errcode_t code = ext2fs_dir_iterate2(fs.get(), number, 0, nullptr, note_entry, &listing);
    if (listing.failure) {
        std::rethrow_exception(listing.failure);
    }
    fs.check(code, what);
    auto& entries = listing.entries;
    std::sort(entries.begin(), entries.end(),
              [](const Entry& one, const Entry& other) { return one.name < other.name; });
    if (std::adjacent_find(entries.begin(), entries.end(),
                           [](const Entry& one, const Entry& other) {
                               return one.name == other.name;
                           }) != entries.end()) {
        throw fs.damaged("directory " + std::to_string(number) + " has a name twice");
    }
    return std::move(entries);
}

bool is_directory(const Inode& inode) {
    return LINUX_S_ISDIR(inode.i_mode);
}

const char* type_name(const Inode& inode) {
    switch (inode.i_mode & LINUX_S_IFMT) {
    case LINUX_S_IFREG:
        return "file";
    case LINUX_S_IFDIR:
        return "dir";
    case LINUX_S_IFLNK:
        return "link";
    case LINUX_S_IFCHR:
    case LINUX_S_IFBLK:
        return "device";
    case LINUX_S_IFIFO:
        return "fifo";
    case LINUX_S_IFSOCK:
        return "socket";
    default:
        return "unknown";
    }
}

void check_type(const FileSystem& fs, ext2_ino_t number, const Inode& inode) {
    if (std::string(type_name(inode)) == "unknown") {
        throw fs.damaged("inode " + std::to_string(number) + " is of no type that there is");
    }
}

} // namespace image_tool
