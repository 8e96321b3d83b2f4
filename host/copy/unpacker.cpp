#include "copy/unpacker.hpp"

#include "cli/console_text.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

namespace banger::copy {

/// libarchive takes bytes from a function of ours; what that throws waits here, as no exception may
/// pass through C.
class Unpacker::Reader {
  public:
    explicit Reader(const Source& source) : source_(source), archive_(::archive_read_new()) {
        ::archive_read_support_format_tar(get());
        ::archive_read_support_format_empty(get());
        if (::archive_read_open(get(), this, nullptr, next_bytes, nullptr) != ARCHIVE_OK) {
            fail();
        }
    }

    [[nodiscard]] archive* get() const noexcept { return archive_.get(); }
    /// Null at the end.
    archive_entry* next() {
        archive_entry* entry = nullptr;
        const int result = ::archive_read_next_header(get(), &entry);
        if (result == ARCHIVE_EOF) {
            while (!source_().empty()) { // an archive may be longer than its last entry
            }
            return nullptr;
        }
        check(result);
        return entry;
    }
    /// The next piece of the entry's data; false at its end.
    bool data(std::string_view& bytes, std::uint64_t& offset) {
        const void* at = nullptr;
        std::size_t size = 0;
        std::int64_t place = 0;
        const int result = ::archive_read_data_block(get(), &at, &size, &place);
        if (result == ARCHIVE_EOF) {
            return false;
        }
        check(result);
        bytes = {static_cast<const char*>(at), size};
        offset = static_cast<std::uint64_t>(place);
        return true;
    }

  private:
    struct Free {
        void operator()(archive* one) const { ::archive_read_free(one); }
    };

    static la_ssize_t next_bytes(archive* from, void* self, const void** bytes) {
        auto& reader = *static_cast<Reader*>(self);
        try {
            reader.held_ = reader.source_();
            *bytes = reader.held_.data();
            return static_cast<la_ssize_t>(reader.held_.size());
        } catch (...) {
            reader.thrown_ = std::current_exception();
            ::archive_set_error(from, EIO, "no more bytes");
            return -1;
        }
    }

    void check(int result) const {
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
            fail();
        }
    }
    [[noreturn]] void fail() const {
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
        const char* text = ::archive_error_string(get());
        throw os::Error(os::ErrorKind::internal,
                        "what came from the guest is no archive" +
                            (text != nullptr ? ": " + cli::plain_line(text) : std::string()));
    }

    const Source& source_;
    std::string held_;
    std::exception_ptr thrown_;
    std::unique_ptr<archive, Free> archive_; // last: it may ask for bytes until it is gone
};

/// Folders that are filled no more get their modes, however it ends.
class Unpacker::Dressing {
  public:
    explicit Dressing(Unpacker& unpacker) : unpacker_(unpacker) {}
    Dressing(const Dressing&) = delete;
    Dressing& operator=(const Dressing&) = delete;
    ~Dressing() { unpacker_.dress_folders(); }

  private:
    Unpacker& unpacker_;
};

namespace {

constexpr std::size_t longest_path = 4096;
constexpr std::size_t deepest = 256; ///< each part is a folder to open on the way to a file
constexpr std::size_t longest_shown = 200;
constexpr std::size_t node = 64; ///< what a container takes for an element, about

[[noreturn]] void refuse(const std::string& path, const char* why) {
    const char* cut = path.size() > longest_shown ? "..." : "";
    throw os::Error(os::ErrorKind::permission, "refused '" +
                                                   cli::plain_line(path.substr(0, longest_shown)) +
                                                   cut + "' of the guest: " + why);
}

/// The parts of a path of the archive. Throws for one that leads out of its tree.
std::vector<std::string> parts_of(const std::string& path) {
    if (path.starts_with('/')) {
        refuse(path, "an absolute path");
    }
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string part = path.substr(at, end - at);
        if (part == "..") {
            refuse(path, "it leads out of what is copied");
        }
        if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
        at = end + 1;
    }
    return parts;
}

std::string joined(const std::vector<std::string>& parts, std::size_t from) {
    std::string path;
    for (std::size_t i = from; i < parts.size(); ++i) {
        path += (i > from ? "/" : "") + parts[i];
    }
    return path;
}

std::string path_of(archive_entry* entry) {
    const char* path = ::archive_entry_pathname(entry);
    if (path == nullptr) {
        refuse("?", "a name that cannot be read");
    }
    return path;
}

mode_t mode_of(archive_entry* entry) {
    return static_cast<mode_t>(::archive_entry_perm(entry)) & 0777U;
}

} // namespace

bool Unpacker::run(const Source& source) {
    Reader reader(source);
    const Dressing dressing(*this);
    bool any = false;
    while (archive_entry* entry = reader.next()) {
        unpack(reader, entry);
        any = true;
    }
    return any;
}

/// Where it goes, below root_: the first part is the tree's own name, when it has one.
Unpacker::Path Unpacker::place_of(const std::string& path) const {
    if (path.size() > longest_path) {
        refuse(path, "its path is too long");
    }
    Path parts = parts_of(path);
    if (parts.size() > deepest) {
        refuse(path, "it is too deep");
    }
    if (name_.empty()) {
        return parts;
    }
    if (making_.below_name) {
        parts.insert(parts.begin(), name_);
        return parts;
    }
    if (parts.empty()) {
        refuse(path, "it has no name");
    }
    parts.front() = name_;
    return parts;
}

/// The folder that the first `parts` of the path lead to.
Folder Unpacker::folder_at(const Path& path, std::size_t parts) const {
    Folder folder = root_.again();
    for (std::size_t i = 0; i < parts; ++i) {
        folder = folder.open(path[i]);
    }
    return folder;
}

void Unpacker::unpack(Reader& reader, archive_entry* entry) {
    const std::string name = path_of(entry);
    const Path path = place_of(name);
    const mode_t mode = mode_of(entry);
    if (const char* link = ::archive_entry_hardlink(entry)) {
        make_again(path, place_of(link), mode);
        return;
    }
    switch (::archive_entry_filetype(entry)) {
    case AE_IFDIR:
        make_folder(path, mode);
        break;
    case AE_IFREG:
        if (path.empty()) {
            refuse(name, "it has no name");
        }
        if (making_.only_folder && path.size() == 1) {
            throw os::Error(os::ErrorKind::not_found,
                            "no folder '" + root_.shown(name_) + "' to copy to");
        }
        make_file(reader, path, mode, static_cast<std::uint64_t>(::archive_entry_size(entry)));
        break;
    case AE_IFLNK: // tar was told to follow them
        refuse(name, "a symlink");
    default:
        left_out_.add(name + ": not a regular file");
    }
}

/// Throws when a guest sends so many names that they would fill the memory.
void Unpacker::remember(std::size_t bytes) {
    remembered_ += node + bytes;
    if (remembered_ > making_.most_memory) {
        throw os::Error(os::ErrorKind::exhausted, "the guest sends too many files",
                        "copy it in parts, or as one archive that you make in the VM");
    }
}

void Unpacker::put_aside(const Path& path, mode_t mode) {
    if (making_.aside != nullptr) {
        std::string below = joined(path, name_.empty() ? 0 : 1);
        remember(below.size());
        making_.aside->insert_or_assign(std::move(below), mode);
    }
}

void Unpacker::make_folder(const Path& path, mode_t mode) {
    if (path.empty()) {
        return; // it is there
    }
    const Folder parent = folder_at(path, path.size() - 1);
    if (parent.make(path.back())) {
        put_aside(path, mode);
        if (making_.aside == nullptr) {
            std::string whole = joined(path, 0);
            remember(whole.size());
            folders_.push_back({std::move(whole), mode & ~making_.masked});
        }
    } else {
        (void)parent.open(path.back()); // throws when it is none
    }
}

/// As scp does it, the owner may always write a new file.
void Unpacker::finish(NewFile& file, const Path& path, std::uint64_t size, mode_t mode) {
    put_aside(path, mode);
    remember(sizeof(FileId));
    files_.insert(
        file.finish(size, making_.aside != nullptr ? 0600 : (mode | S_IWUSR) & ~making_.masked));
}

void Unpacker::make_file(Reader& reader, const Path& path, mode_t mode, std::uint64_t size) {
    const Folder parent = folder_at(path, path.size() - 1);
    NewFile file(parent, path.back());
    std::string_view bytes;
    std::uint64_t offset = 0;
    while (reader.data(bytes, offset)) {
        file.write(bytes, offset);
    }
    finish(file, path, size, mode);
}

/// Another name of a file that came before: here it is a file of its own, as with scp.
void Unpacker::make_again(const Path& path, const Path& of, mode_t mode) {
    if (path.empty() || of.empty()) {
        refuse(".", "a link without a name");
    }
    const Folder from = folder_at(of, of.size() - 1);
    const os::UniqueFd source(
        ::openat(from.fd(), of.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!source || ::fstat(source.get(), &status) != 0 ||
        files_.count({status.st_dev, status.st_ino}) == 0) {
        throw os::Error(os::ErrorKind::internal,
                        "the guest links to " + from.shown(of.back()) + ", which it did not send");
    }
    const Folder parent = folder_at(path, path.size() - 1);
    NewFile file(parent, path.back());
    copy_data(source.get(), from.shown(of.back()), file);
    finish(file, path, static_cast<std::uint64_t>(status.st_size), mode);
}

/// Holes stay holes: a guest may send a few bytes that are to be terabytes of them.
void Unpacker::copy_data(int source, const std::string& shown, NewFile& file) const {
    std::array<char, 65536> buffer; // NOLINT(*-init): filled by pread
    for (off_t at = 0; (at = ::lseek(source, at, SEEK_DATA)) >= 0;) {
        making_.check();
        const ssize_t n = ::pread(source, buffer.data(), buffer.size(), at);
        if (n < 0 && errno != EINTR) {
            throw os::errno_error("read " + shown);
        }
        if (n > 0) {
            file.write({buffer.data(), static_cast<std::size_t>(n)},
                       static_cast<std::uint64_t>(at));
            at += n;
        }
    }
    if (errno != ENXIO) { // behind its last data
        throw os::errno_error("read " + shown);
    }
}

void Unpacker::dress_folders() noexcept {
    for (auto made = folders_.rbegin(); made != folders_.rend(); ++made) {
        try {
            const Path path = parts_of(made->path);
            const Folder folder = folder_at(path, path.size());
            set_mode(folder.fd(), made->mode, folder.shown());
        } catch (const os::Error& error) {
            left_out_.add(error.what());
        }
    }
    folders_.clear();
}

bool Unpacker::to_stream(const Source& source, int fd, const std::string& shown) {
    Reader reader(source);
    bool any = false;
    while (archive_entry* entry = reader.next()) {
        if (::archive_entry_filetype(entry) != AE_IFREG) {
            throw os::Error(os::ErrorKind::invalid, shown + " takes the bytes of one file only");
        }
        std::string_view bytes;
        std::uint64_t offset = 0;
        while (reader.data(bytes, offset)) {
            os::write_all(fd, bytes, "write " + shown);
        }
        any = true;
    }
    return any;
}

} // namespace banger::copy
