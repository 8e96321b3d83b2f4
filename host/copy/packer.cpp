#include "copy/packer.hpp"

#include "cli/console_text.hpp"
#include "os/error.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

namespace banger::copy {
namespace fs = std::filesystem;

namespace {

constexpr int block_size = 32768;                             ///< a frame
constexpr std::size_t most_sizeless = std::size_t{64} << 20U; ///< is read before it is packed

struct FreeEntry {
    void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};

std::string why(int code) {
    return std::strerror(code);
}

/// Of a file that says to be empty: those of /proc do. Throws os::Error with the cause.
std::string content_of(int fd) {
    std::string content;
    std::array<char, 65536> buffer; // NOLINT(*-init): filled by read
    for (;;) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n > 0) {
            content.append(buffer.data(), static_cast<std::size_t>(n));
        } else if (n == 0 || errno == EAGAIN) {
            return content;
        } else if (errno != EINTR) {
            throw os::Error(os::ErrorKind::internal, why(errno));
        }
        if (content.size() > most_sizeless) {
            throw os::Error(os::ErrorKind::exhausted, "it tells no size, and has no end");
        }
    }
}

} // namespace

void Packer::Free::operator()(archive* one) const {
    ::archive_write_free(one);
}

Packer::Packer(Sink sink, const Modes* modes)
    : sink_(std::move(sink)), modes_(modes), archive_(::archive_write_new()) {
    check(::archive_write_set_format_gnutar(archive_.get())); // every tar knows it
    check(::archive_write_set_bytes_per_block(archive_.get(), block_size));
    check(::archive_write_set_bytes_in_last_block(archive_.get(), 1)); // no zeros behind its end
    check(::archive_write_open(archive_.get(), this, nullptr, take, nullptr));
}

Packer::~Packer() {
    if (archive_) {
        ::archive_write_fail(archive_.get()); // else its end would make a whole archive of it
    }
}

std::ptrdiff_t Packer::take(archive* to, void* self, const void* bytes, std::size_t size) {
    auto& packer = *static_cast<Packer*>(self);
    try {
        if (packer.sink_({static_cast<const char*>(bytes), size})) {
            return static_cast<std::ptrdiff_t>(size);
        }
        ::archive_set_error(to, EPIPE, "nobody takes it");
    } catch (...) { // no exception may pass through C
        packer.thrown_ = std::current_exception();
        ::archive_set_error(to, EIO, "not taken");
    }
    return -1;
}

void Packer::check(long result) {
    if (thrown_) {
        std::rethrow_exception(std::exchange(thrown_, nullptr));
    }
    if (result < 0 && result != ARCHIVE_WARN) {
        const char* text = ::archive_error_string(archive_.get());
        throw os::Error(os::ErrorKind::internal,
                        std::string("write the archive: ") + (text != nullptr ? text : "failed"));
    }
}

void Packer::add(const fs::path& path, const std::string& name) {
    add_below(path, name);
    const std::vector<std::string> lines = left_out_.lines();
    if (lines.size() == 1 && lines.front().starts_with(cli::plain_line(path.string() + ":"))) {
        throw os::Error(os::ErrorKind::permission, lines.front());
    }
}

void Packer::finish() {
    check(::archive_write_close(archive_.get()));
    archive_.reset();
}

void Packer::add_below(const fs::path& path, const std::string& name) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        left_out_.add(path.string() + ": " + why(errno));
    } else if (S_ISDIR(status.st_mode)) {
        add_folder(path, name, status);
    } else if (S_ISREG(status.st_mode)) {
        add_file(path, name);
    } else {
        left_out_.add(path.string() + ": not a regular file");
    }
}

void Packer::add_folder(const fs::path& path, const std::string& name, const struct stat& status) {
    const std::pair<dev_t, ino_t> own{status.st_dev, status.st_ino};
    if (std::find(above_.begin(), above_.end(), own) != above_.end()) {
        left_out_.add(path.string() + ": a folder that is in itself, by a symlink");
        return;
    }
    std::error_code code;
    fs::directory_iterator entries(path, code);
    if (code) {
        left_out_.add(path.string() + ": " + code.message());
        return;
    }
    write_head(name, status);
    above_.push_back(own);
    for (; entries != fs::directory_iterator(); entries.increment(code)) {
        add_below(entries->path(), name + "/" + entries->path().filename().string());
    }
    above_.pop_back();
    if (code) {
        left_out_.add(path.string() + ": " + code.message());
    }
}

void Packer::add_file(const fs::path& path, const std::string& name) {
    const os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        left_out_.add(path.string() + ": " + (fd ? "not a regular file" : why(errno)));
        return;
    }
    if (status.st_size == 0) {
        std::string content;
        try {
            content = content_of(fd.get());
        } catch (const os::Error& error) {
            left_out_.add(path.string() + ": " + error.what());
            return;
        }
        status.st_size = static_cast<off_t>(content.size());
        write_head(name, status);
        check(::archive_write_data(archive_.get(), content.data(), content.size()));
        return;
    }
    write_head(name, status);
    std::array<char, 65536> buffer; // NOLINT(*-init): filled by read
    for (auto left = static_cast<std::uint64_t>(status.st_size); left > 0;) {
        const ssize_t n =
            ::read(fd.get(), buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            throw os::errno_error("read " + path.string());
        }
        if (n == 0) {
            throw os::Error(os::ErrorKind::conflict,
                            path.string() + " became shorter while it was read");
        }
        check(::archive_write_data(archive_.get(), buffer.data(), static_cast<std::size_t>(n)));
        left -= static_cast<std::uint64_t>(n);
    }
}

mode_t Packer::mode_of(const std::string& name, const struct stat& status) const {
    if (modes_ != nullptr) {
        const std::size_t slash = name.find('/');
        const auto found = modes_->find(slash == std::string::npos ? "" : name.substr(slash + 1));
        if (found != modes_->end()) {
            return found->second;
        }
    }
    return status.st_mode & 0777U;
}

void Packer::write_head(const std::string& name, const struct stat& status) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(::archive_entry_new());
    ::archive_entry_copy_pathname(entry.get(), name.c_str());
    ::archive_entry_set_filetype(entry.get(), S_ISDIR(status.st_mode) ? AE_IFDIR : AE_IFREG);
    ::archive_entry_set_perm(entry.get(), mode_of(name, status));
    ::archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    ::archive_entry_set_size(entry.get(), S_ISDIR(status.st_mode) ? 0 : status.st_size);
    check(::archive_write_header(archive_.get(), entry.get()));
}

} // namespace banger::copy
