#pragma once

#include "copy/folder.hpp"
#include "copy/left_out.hpp"

#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

struct archive;

namespace banger::copy {

/// Takes the next bytes of an archive; false when nobody wants more.
using Sink = std::function<bool(std::string_view)>;

/// Writes a tree of this machine as a tar archive, with modes, as root's. Symlinks are
/// followed. What is neither file nor folder, or cannot be read, is left out and told.
class Packer {
  public:
    /// `modes`: those that count instead of what the files have here.
    explicit Packer(Sink sink, const Modes* modes = nullptr);
    Packer(const Packer&) = delete;
    Packer& operator=(const Packer&) = delete;
    ~Packer();

    /// The file or folder, under this name. Throws os::Error naming the file when nothing of it can
    /// be read, or a file became shorter meanwhile: what was written is no archive then.
    void add(const std::filesystem::path& path, const std::string& name);
    /// Writes the end of the archive.
    void finish();
    [[nodiscard]] const LeftOut& left_out() const noexcept { return left_out_; }

  private:
    struct Free {
        void operator()(archive* one) const;
    };

    void add_below(const std::filesystem::path& path, const std::string& name);
    void add_folder(const std::filesystem::path& path, const std::string& name,
                    const struct stat& status);
    void add_file(const std::filesystem::path& path, const std::string& name);
    void write_head(const std::string& name, const struct stat& status);
    void check(long result);
    static std::ptrdiff_t take(archive* to, void* self, const void* bytes, std::size_t size);

    [[nodiscard]] mode_t mode_of(const std::string& name, const struct stat& status) const;

    Sink sink_;
    const Modes* modes_;
    std::exception_ptr thrown_;
    std::unique_ptr<archive, Free> archive_;
    std::vector<std::pair<dev_t, ino_t>> above_; ///< folders that we are in: none is in itself
    LeftOut left_out_;
};

} // namespace banger::copy
