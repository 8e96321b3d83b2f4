#pragma once

#include "copy/folder.hpp"
#include "copy/left_out.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

struct archive_entry;

namespace banger::copy {

/// The next bytes of an archive; empty at its end.
using Source = std::function<std::string()>;

/// How what comes is to be made.
struct Making {
    mode_t masked = 0;        ///< bits that no mode gets (umask(2))
    bool below_name = false;  ///< the tree has no name of its own: all of it is below ours
    bool only_folder = false; ///< one file is an error
    Modes* aside = nullptr;   ///< gets the modes; what is made is open to its owner then
    std::size_t most_memory = std::size_t{256} << 20U; ///< for what it has to remember
    std::function<void()> check = [] {}; ///< throws when it is to end in what takes long
};

/// Makes files and folders of a tar archive by somebody whom nobody trusts. The archive has
/// one tree; how that is called here we say, not it. Nothing is made outside of it: absolute paths,
/// ".." and symlinks are refused, and symlinks that are there already are not followed. Devices and
/// the like are left out and told; set-id bits are dropped. Each file appears when it is whole. A
/// link is to a file that came in the same archive, or refused.
class Unpacker {
  public:
    /// The tree is called `name` in `folder`; empty: it is that folder itself.
    Unpacker(Folder folder, std::string name, const Making& making)
        : root_(std::move(folder)), name_(std::move(name)), making_(making) {}

    /// False when there was nothing in it. Throws os::Error naming the file. What it made before
    /// stays.
    [[nodiscard]] bool run(const Source& source);
    /// What could not be made as it is there, a line each.
    [[nodiscard]] const LeftOut& left_out() const noexcept { return left_out_; }

    /// Writes the bytes of the one file that an archive has to `fd`: a device, say.
    [[nodiscard]] static bool to_stream(const Source& source, int fd, const std::string& shown);

  private:
    class Reader;
    class Dressing;
    using Path = std::vector<std::string>;
    struct Made {
        std::string path;
        mode_t mode;
    };

    [[nodiscard]] Path place_of(const std::string& path) const;
    [[nodiscard]] Folder folder_at(const Path& path, std::size_t parts) const;
    void unpack(Reader& reader, archive_entry* entry);
    void make_folder(const Path& path, mode_t mode);
    void make_file(Reader& reader, const Path& path, mode_t mode, std::uint64_t size);
    void make_again(const Path& path, const Path& of, mode_t mode);
    void copy_data(int source, const std::string& shown, NewFile& file) const;
    void finish(NewFile& file, const Path& path, std::uint64_t size, mode_t mode);
    void put_aside(const Path& path, mode_t mode);
    void remember(std::size_t bytes);
    void dress_folders() noexcept;

    Folder root_;
    std::string name_;
    Making making_;
    std::vector<Made> folders_; ///< get their modes last: they may forbid to fill them
    std::set<FileId> files_;    ///< that came: links may be to them
    std::size_t remembered_ = 0;
    LeftOut left_out_;
};

} // namespace banger::copy
