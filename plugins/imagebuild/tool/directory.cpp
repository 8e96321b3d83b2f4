#include "directory.hpp"

#include "content.hpp"
#include "entries.hpp"
#include "new_inode.hpp"
#include "run_writer.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace image_tool {
namespace {

constexpr unsigned head_size = 8; ///< of an entry, before the name
constexpr std::uint32_t most_subfolders = 65000;

unsigned entry_size(std::size_t name_length) {
    return static_cast<unsigned>((head_size + name_length + 3U) & ~std::size_t(3));
}

/// Packs entries into blocks as the kernel's linear directories have them.
class Packer {
  public:
    explicit Packer(FileSystem& fs)
        : fs_(fs), size_(fs.block_size()),
          tail_(ext2fs_has_feature_metadata_csum(fs.get()->super) != 0
                    ? static_cast<unsigned>(sizeof(ext2_dir_entry_tail))
                    : 0) {}

    void add(const std::string& name, Directory::Item item) {
        const unsigned needed = entry_size(name.size());
        if (blocks_.empty() || used_ + needed > size_ - tail_) {
            end_block();
            blocks_.emplace_back(size_, '\0');
            used_ = 0;
        }
        ext2_dir_entry head{};
        head.inode = item.number;
        ext2fs_dirent_set_name_len(&head, static_cast<int>(name.size()));
        ext2fs_dirent_set_file_type(&head, item.type);
        set_length(head, needed);
        std::memcpy(blocks_.back().data() + used_, &head, head_size);
        std::memcpy(blocks_.back().data() + used_ + head_size, name.data(), name.size());
        last_ = used_;
        used_ += needed;
    }

    std::vector<std::vector<char>> take() {
        end_block();
        return std::move(blocks_);
    }

  private:
    void set_length(ext2_dir_entry& entry, unsigned length) {
        fs_.check(ext2fs_set_rec_len(fs_.get(), length, &entry), "write a directory");
    }

    /// Its last entry reaches to the end, or to the place of the checksum.
    void end_block() {
        if (blocks_.empty()) {
            return;
        }
        std::vector<char>& block = blocks_.back();
        ext2_dir_entry head{};
        std::memcpy(&head, block.data() + last_, head_size);
        set_length(head, size_ - tail_ - last_);
        std::memcpy(block.data() + last_, &head, head_size);
        if (tail_ != 0) {
            ext2_dir_entry_tail tail{};
            ext2fs_initialize_dirent_tail(fs_.get(), &tail);
            std::memcpy(block.data() + size_ - tail_, &tail, tail_);
        }
    }

    FileSystem& fs_;
    unsigned size_, tail_, used_ = 0, last_ = 0;
    std::vector<std::vector<char>> blocks_;
};

} // namespace

Directory::Directory(FileSystem& fs, ext2_ino_t number) : number_(number) {
    for (Entry& entry : entries_of(fs, number, fs.inode(number))) {
        const Inode inode = fs.inode(entry.number);
        items_.emplace(std::move(entry.name), Item{entry.number, file_type(inode.i_mode)});
    }
}

Directory Directory::make(FileSystem& fs, ext2_ino_t beside) {
    NewInode made = new_inode(fs, beside, LINUX_S_IFDIR | 0755);
    made.inode.i_flags |= EXT4_EXTENTS_FL;
    fs.write(made.number, made.inode);
    return Directory(made.number);
}

const Directory::Item* Directory::find(const std::string& name) const {
    const auto found = items_.find(name);
    return found == items_.end() ? nullptr : &found->second;
}

void Directory::put(const std::string& name, Item item) {
    items_[name] = item;
    changed_ = true;
}

void Directory::drop(const std::string& name) {
    changed_ = items_.erase(name) > 0 || changed_;
}

void Directory::flush(FileSystem& fs, ext2_ino_t parent) {
    if (!changed_) {
        return;
    }
    Packer packer(fs);
    packer.add(".", {number_, EXT2_FT_DIR});
    packer.add("..", {parent, EXT2_FT_DIR});
    std::uint32_t links = 2;
    for (const auto& [name, item] : items_) {
        packer.add(name, item);
        links += item.type == EXT2_FT_DIR ? 1 : 0;
    }
    const std::string what = "write directory " + std::to_string(number_);
    Inode inode = fs.inode(number_);
    if (ext2fs_inode_has_valid_blocks2(fs.get(), small(inode)) != 0) {
        fs.check(ext2fs_punch(fs.get(), number_, small(inode), nullptr, 0, ~blk64_t(0)), what);
    }
    inode.i_flags &= ~static_cast<unsigned>(EXT2_INDEX_FL); // compact makes the index again
    // The kernel counts no further; then 1 says that nobody counts.
    inode.i_links_count = static_cast<__u16>(links < most_subfolders ? links : 1);
    const std::vector<std::vector<char>> blocks = packer.take();
    fs.check(ext2fs_inode_size_set(fs.get(), small(inode),
                                   static_cast<ext2_off64_t>(blocks.size() * fs.block_size())),
             what);
    fs.write(number_, inode);
    RunWriter writer(fs, number_, inode);
    std::uint64_t logical = 0;
    for (const std::vector<char>& block : blocks) {
        writer.write(logical++, block.data(), 1);
    }
    writer.finish();
    auto block = blocks.begin();
    for (const Run& run : writer.runs()) {
        for (std::uint64_t at = 0; at < run.count; ++at, ++block) {
            std::vector<char> bytes = *block; // with its checksum
            fs.check(ext2fs_write_dir_block4(fs.get(), run.physical + at, bytes.data(), 0, number_),
                     what);
        }
    }
    changed_ = false;
}

std::uint8_t file_type(std::uint16_t mode) {
    switch (mode & LINUX_S_IFMT) {
    case LINUX_S_IFREG:
        return EXT2_FT_REG_FILE;
    case LINUX_S_IFDIR:
        return EXT2_FT_DIR;
    case LINUX_S_IFCHR:
        return EXT2_FT_CHRDEV;
    case LINUX_S_IFBLK:
        return EXT2_FT_BLKDEV;
    case LINUX_S_IFIFO:
        return EXT2_FT_FIFO;
    case LINUX_S_IFSOCK:
        return EXT2_FT_SOCK;
    case LINUX_S_IFLNK:
        return EXT2_FT_SYMLINK;
    default:
        return EXT2_FT_UNKNOWN;
    }
}

} // namespace image_tool
