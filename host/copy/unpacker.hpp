#pragma once

#include "copy/folder.hpp"

#include <functional>
#include <string>
#include <vector>

struct archive_entry;

namespace banger::copy {

/// The next bytes of an archive; empty at its end.
using Source = std::function<std::string()>;

/// Makes files and folders of a tar archive by somebody whom nobody trusts. The archive has
/// one tree; how that is called here we say, not it. Nothing is made outside of it: absolute paths,
/// ".." and symlinks are refused, and symlinks that are there already are not followed. Devices and
/// the like are left out and told; set-id bits are dropped. Each file appears when it is whole.
class Unpacker {
  public:
    /// The tree is called `name` in `folder`; empty: it is that folder itself.
    Unpacker(Folder folder, std::string name) : root_(std::move(folder)), name_(std::move(name)) {}

    /// False when there was nothing in it. Throws os::Error naming the file. What it made before
    /// stays.
    [[nodiscard]] bool run(const Source& source);
    /// What could not be made as it is there, a line each.
    [[nodiscard]] const std::vector<std::string>& left_out() const noexcept { return left_out_; }

    /// Writes the bytes of the one file that an archive has to `fd`: a device, say.
    [[nodiscard]] static bool to_stream(const Source& source, int fd, const std::string& shown);

  private:
    class Reader;
    class Dressing;
    using Path = std::vector<std::string>;
    struct Made {
        Path path;
        Attributes attributes;
    };

    [[nodiscard]] Path place_of(const std::string& path) const;
    [[nodiscard]] Folder folder_at(const Path& path, std::size_t parts) const;
    void unpack(Reader& reader, archive_entry* entry);
    void make_folder(const Path& path, const Attributes& attributes);
    void make_file(Reader& reader, const Path& path, const Attributes& attributes,
                   std::uint64_t size) const;
    void make_again(const Path& path, const Path& of, const Attributes& attributes) const;
    void dress_folders() noexcept;

    Folder root_;
    std::string name_;
    std::vector<Made> folders_; ///< get their modes and times last: filling changes them
    std::vector<std::string> left_out_;
};

} // namespace banger::copy
