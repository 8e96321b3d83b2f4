#include "forgetting.hpp"

#include "directory.hpp"
#include "lookup.hpp"
#include "path.hpp"
#include "tree.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace image_tool {
namespace {

constexpr std::uint64_t longest_text = 1U << 20U;
constexpr std::string_view block_begins = "# banger: begin, rewritten at every start\n";
constexpr std::string_view block_ends = "# banger: end\n";
constexpr std::string_view first_hosts = "127.0.0.1 localhost\n" // runtime/guest/identity.cpp
                                         "::1 localhost ip6-localhost ip6-loopback\n"
                                         "ff02::1 ip6-allnodes\n"
                                         "ff02::2 ip6-allrouters\n";

ext2_ino_t parent_of(FileSystem& fs, ext2_ino_t folder) {
    ext2_ino_t parent = 0;
    fs.check(ext2fs_lookup(fs.get(), folder, "..", 2, nullptr, &parent), "look up a folder");
    return parent;
}

void empty_folder(FileSystem& fs, ext2_ino_t number) {
    Directory folder(fs, number);
    const auto items = folder.items();
    for (const auto& [name, item] : items) {
        remove_item(fs, item);
        folder.drop(name);
    }
    folder.flush(fs, parent_of(fs, number));
}

struct CloseFile {
    void operator()(ext2_file_t file) const noexcept { (void)ext2fs_file_close(file); }
};
using OpenFile = std::unique_ptr<ext2_file, CloseFile>;

OpenFile open_text(FileSystem& fs, ext2_ino_t number) {
    ext2_file_t file = nullptr;
    fs.check(ext2fs_file_open(fs.get(), number, EXT2_FILE_WRITE, &file), "open a text");
    return OpenFile(file);
}

std::string read_text(FileSystem& fs, const OpenFile& file, std::uint64_t size) {
    std::string text(size, '\0');
    for (std::size_t at = 0; at < text.size();) {
        unsigned got = 0;
        fs.check(ext2fs_file_read(file.get(), text.data() + at,
                                  static_cast<unsigned>(text.size() - at), &got),
                 "read a text");
        if (got == 0) {
            throw fs.damaged("a text ends early");
        }
        at += got;
    }
    return text;
}

/// In the place of a longer one, of which nothing is left in its last block either.
void write_text(FileSystem& fs, const OpenFile& file, std::string text, std::uint64_t before) {
    const std::size_t length = text.size();
    text.resize(before, '\0');
    fs.check(ext2fs_file_llseek(file.get(), 0, EXT2_SEEK_SET, nullptr), "write a text");
    for (std::size_t at = 0; at < text.size();) {
        unsigned put = 0;
        fs.check(ext2fs_file_write(file.get(), text.data() + at,
                                   static_cast<unsigned>(text.size() - at), &put),
                 "write a text");
        at += put;
    }
    fs.check(ext2fs_file_flush(file.get()), "write a text");
    fs.check(ext2fs_file_set_size2(file.get(), static_cast<ext2_off64_t>(length)), "write a text");
}

} // namespace

void forget(FileSystem& fs, const std::string& path) {
    const std::string plain = plain_path(path);
    const std::size_t slash = plain.rfind('/');
    const std::string name = slash == std::string::npos ? plain : plain.substr(slash + 1);
    const auto above = find_path(fs, slash == std::string::npos ? "" : plain.substr(0, slash));
    if (name.empty() || !above || !LINUX_S_ISDIR(fs.inode(*above).i_mode)) {
        return;
    }
    Directory folder(fs, *above);
    const Directory::Item* const found = folder.find(name);
    if (found == nullptr) {
        return;
    }
    const Directory::Item item = *found;
    if (item.type == EXT2_FT_DIR) {
        empty_folder(fs, item.number);
        return;
    }
    remove_item(fs, item);
    folder.drop(name);
    folder.flush(fs, parent_of(fs, *above));
}

std::string without_block(std::string_view text) {
    std::string kept(text);
    for (std::size_t begin = kept.find(block_begins); begin != std::string::npos;
         begin = kept.find(block_begins, begin)) {
        const std::size_t end = kept.find(block_ends, begin);
        kept.erase(begin, end == std::string::npos ? end : end + block_ends.size() - begin);
    }
    return kept;
}

bool only_init_wrote(std::string_view now, std::string_view before) {
    std::string expected(before.empty() ? first_hosts : before);
    if (expected.back() != '\n') {
        expected += '\n';
    }
    return without_block(now) == without_block(expected);
}

void forget_block(FileSystem& fs, const std::string& path) {
    const auto number = find_path(fs, plain_path(path));
    if (!number) {
        return;
    }
    const Inode inode = fs.inode(*number);
    const std::uint64_t size = size_of(inode);
    if (!LINUX_S_ISREG(inode.i_mode) || size > longest_text) {
        return;
    }
    const OpenFile file = open_text(fs, *number);
    const std::string text = read_text(fs, file, size);
    std::string kept = without_block(text);
    if (kept != text) {
        write_text(fs, file, std::move(kept), size);
    }
}

} // namespace image_tool
