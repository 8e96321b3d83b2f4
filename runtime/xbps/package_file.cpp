#include "xbps/package_file.hpp"

#include "builder/archive.hpp"
#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "xbps/tree.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <charconv>
#include <memory>
#include <unistd.h>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

constexpr std::uint64_t largest_member = 256U << 20U;

class Archive {
  public:
    explicit Archive(const fs::path& file)
        : name_(file.filename().string()), reader_(archive_read_new(), archive_read_free) {
        // Nothing is verified yet: none of them by a program, which ARCHIVE_WARN would mean.
        if (archive_read_support_filter_zstd(reader_.get()) != ARCHIVE_OK ||
            archive_read_support_filter_gzip(reader_.get()) != ARCHIVE_OK ||
            archive_read_support_filter_xz(reader_.get()) != ARCHIVE_OK) {
            throw Error(ErrorKind::unavailable, "libarchive lacks zstd, gzip or xz",
                        "install your distribution's own libarchive");
        }
        archive_read_support_format_tar(reader_.get());
        if (archive_read_open_filename(reader_.get(), file.c_str(), 1U << 16U) != ARCHIVE_OK) {
            fail();
        }
        if (archive_filter_count(reader_.get()) > 2) { // the file itself is one
            throw Error(ErrorKind::invalid, name_ + " is compressed more than once",
                        "do not use this package");
        }
    }

    /// None at the end. A first header that cannot be read is the archive's, too.
    archive_entry* next() {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(reader_.get(), &entry);
        if (status == ARCHIVE_EOF) {
            return nullptr;
        }
        if (status < ARCHIVE_WARN) {
            fail();
        }
        return entry;
    }

    std::string content(const std::string& path) {
        std::string out;
        std::array<char, 65536> buffer{};
        for (;;) {
            const la_ssize_t n = archive_read_data(reader_.get(), buffer.data(), buffer.size());
            if (n < 0) {
                fail();
            }
            if (n == 0) {
                return out;
            }
            out.append(buffer.data(), static_cast<std::size_t>(n));
            if (out.size() > largest_member) {
                throw Error(ErrorKind::invalid, name_ + ": " + path + " is too large to be true",
                            "do not use this package");
            }
        }
    }

    [[nodiscard]] archive* reader() const noexcept { return reader_.get(); }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    [[noreturn]] void fail() const {
        const char* text = archive_error_string(reader_.get());
        throw Error(ErrorKind::invalid,
                    name_ + " is damaged or cut off: " + (text != nullptr ? text : "no archive"),
                    "another mirror, or later: the mirror may be half updated");
    }

  private:
    std::string name_;
    std::unique_ptr<archive, int (*)(archive*)> reader_;
};

bool is_metadata(const std::string& path) {
    return path == "INSTALL" || path == "REMOVE" || path == "props.plist" || path == "files.plist";
}

std::string path_of(const Archive& source, const char* path) {
    if (path == nullptr) {
        throw Error(ErrorKind::invalid, source.name() + " has an entry without a name",
                    "do not use this package");
    }
    return bundle::checked_entry_path(path);
}

/// Writes the data of the current entry; what it adds to `bytes` is limited.
class Writer {
  public:
    Writer(Archive& source, const Tree& tree, std::uint64_t limit)
        : source_(source), tree_(tree), left_(limit) {}

    void add(archive_entry* entry, const std::string& path) {
        const Attributes attributes{.mode = archive_entry_perm(entry),
                                    .uid = static_cast<uid_t>(archive_entry_uid(entry)),
                                    .gid = static_cast<gid_t>(archive_entry_gid(entry)),
                                    .mtime = archive_entry_mtime(entry)};
        if (const char* existing = archive_entry_hardlink(entry)) {
            tree_.hard_link(path, path_of(source_, existing));
            return;
        }
        switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
            add_file(path, attributes);
            return;
        case AE_IFLNK:
            tree_.link(path, link_of(entry, path), attributes);
            return;
        case AE_IFDIR:
            tree_.make_folder(path);
            return;
        default:
            throw Error(ErrorKind::invalid,
                        source_.name() + ": '" + path + "' is neither file, folder nor link",
                        "do not use this package");
        }
    }

  private:
    [[nodiscard]] std::string link_of(archive_entry* entry, const std::string& path) const {
        const char* target = archive_entry_symlink(entry);
        if (target == nullptr || *target == '\0') {
            throw Error(ErrorKind::invalid,
                        source_.name() + ": the link '" + path + "' leads nowhere",
                        "do not use this package");
        }
        return target;
    }

    void add_file(const std::string& path, const Attributes& attributes) {
        const os::UniqueFd file = tree_.create(path);
        for (;;) {
            const void* block = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int status = archive_read_data_block(source_.reader(), &block, &size, &offset);
            if (status == ARCHIVE_EOF) {
                break;
            }
            if (status < ARCHIVE_WARN) {
                source_.fail();
            }
            if (size > left_) {
                throw Error(ErrorKind::invalid,
                            source_.name() + " holds more than it says of itself",
                            "do not use this package");
            }
            left_ -= size;
            if (::lseek(file.get(), offset, SEEK_SET) < 0) {
                throw os::errno_error("write " + path);
            }
            os::write_all(file.get(), {static_cast<const char*>(block), size}, path);
        }
        tree_.finish(file.get(), path, attributes);
    }

    Archive& source_;
    const Tree& tree_;
    std::uint64_t left_;
};

} // namespace

std::map<std::string, std::string> read_members(const fs::path& archive, const PathFilter& wanted,
                                                const bundle::Interrupt& interrupt) {
    Archive source(archive);
    std::map<std::string, std::string> out;
    while (archive_entry* entry = source.next()) {
        interrupt.check();
        const std::string path = path_of(source, archive_entry_pathname(entry));
        if (archive_entry_filetype(entry) == AE_IFREG && wanted(path)) {
            out[path] = source.content(path);
        }
    }
    return out;
}

Metadata read_metadata(const fs::path& archive, const Package& package,
                       const bundle::Interrupt& interrupt) {
    Archive source(archive);
    std::map<std::string, std::string> found;
    while (archive_entry* entry = source.next()) {
        interrupt.check();
        const std::string path = path_of(source, archive_entry_pathname(entry));
        if (!is_metadata(path)) {
            if (!path.empty() && archive_entry_filetype(entry) != AE_IFDIR) {
                break; // files follow
            }
            continue;
        }
        found[path] = source.content(path);
    }
    if (found.count("props.plist") == 0 || found.count("files.plist") == 0) {
        throw Error(ErrorKind::invalid, source.name() + " is no xbps package",
                    "another mirror; the package was not used");
    }
    Metadata out{.properties = parse_plist(found["props.plist"], source.name() + ": props.plist"),
                 .files = found["files.plist"],
                 .install = found["INSTALL"],
                 .remove = found["REMOVE"]};
    (void)parse_plist(out.files, source.name() + ": files.plist");
    if (const std::string pkgver = out.properties.text_of("pkgver");
        pkgver != package.pkgver ||
        out.properties.text_of("architecture") != package.architecture) {
        throw Error(ErrorKind::invalid,
                    source.name() + " holds another package: " + pkgver + " for " +
                        out.properties.text_of("architecture"),
                    "another mirror; the package was not used");
    }
    return out;
}

void unpack_files(const fs::path& archive, const Metadata& metadata, const Tree& tree,
                  const PathFilter& wanted, const bundle::Interrupt& interrupt) {
    constexpr std::uint64_t margin = 64U << 20U;
    std::uint64_t installed = 0;
    const std::string size = metadata.properties.text_of("installed_size");
    const bool hex = size.starts_with("0x");
    std::from_chars(size.data() + (hex ? 2 : 0), size.data() + size.size(), installed,
                    hex ? 16 : 10);
    constexpr std::uint64_t most = 1ULL << 40U;
    Archive source(archive);
    Writer writer(source, tree, std::min(installed, most) + margin);
    while (archive_entry* entry = source.next()) {
        interrupt.check();
        const std::string path = path_of(source, archive_entry_pathname(entry));
        if (!path.empty() && !is_metadata(path) && wanted(path)) {
            writer.add(entry, path);
        }
    }
}

} // namespace banger::xbps
