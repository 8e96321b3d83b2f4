#include "builder/archive.hpp"

#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

using Reader = std::unique_ptr<archive, int (*)(archive*)>;
using Writer = std::unique_ptr<archive, int (*)(archive*)>;
using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

[[noreturn]] void fail(archive* handle, const std::string& what) {
    const int code = archive_errno(handle);
    const char* text = archive_error_string(handle);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG || code == EACCES || code == EROFS) {
        throw os::errno_error(what, code);
    }
    throw Error(ErrorKind::invalid, what + ": " + (text != nullptr ? text : "unknown error"));
}

bool has_dotdot(std::string_view path) {
    const std::string padded = "/" + std::string(path) + "/";
    return padded.find("/../") != std::string::npos;
}

Reader open_reader() {
    Reader reader(archive_read_new(), archive_read_free);
    archive_read_support_filter_all(reader.get());
    archive_read_support_format_tar(reader.get());
    return reader;
}

void copy_data(archive* from, archive* to, const std::string& what) {
    for (;;) {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int status = archive_read_data_block(from, &block, &size, &offset);
        if (status == ARCHIVE_EOF) {
            return;
        }
        if (status < ARCHIVE_WARN) {
            fail(from, "read " + what);
        }
        if (archive_write_data_block(to, block, size, offset) < ARCHIVE_WARN) {
            fail(to, "write " + what);
        }
    }
}

void unpack_entries(archive* reader, const fs::path& archive_path, const fs::path& folder,
                    const EntryFilter& wanted, const Interrupt& interrupt) {
    const fs::path base = fs::canonical(folder);
    const Writer disk(archive_write_disk_new(), archive_write_free);
    archive_write_disk_set_options(disk.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                                   ARCHIVE_EXTRACT_SPARSE | ARCHIVE_EXTRACT_UNLINK);
    archive_entry* entry = nullptr;
    for (;;) {
        interrupt.check();
        const int status = archive_read_next_header(reader, &entry);
        if (status == ARCHIVE_EOF) {
            break;
        }
        if (status < ARCHIVE_WARN) {
            fail(reader, "read " + archive_path.string());
        }
        const std::string path = checked_entry_path(archive_entry_pathname(entry));
        if (path.empty() || !wanted(path)) {
            continue;
        }
        const auto type = archive_entry_filetype(entry);
        if (const char* link = archive_entry_hardlink(entry)) {
            archive_entry_set_hardlink(entry, (base / checked_entry_path(link)).c_str());
        } else if (type == AE_IFLNK) {
            check_link_target(path, archive_entry_symlink(entry));
        } else if (type != AE_IFREG && type != AE_IFDIR) {
            throw Error(ErrorKind::invalid, archive_path.string() + ": '" + path +
                                                "' is neither file, folder nor symlink");
        }
        archive_entry_set_pathname(entry, (base / path).c_str());
        archive_entry_set_perm(entry, archive_entry_perm(entry) & 0777);
        if (archive_write_header(disk.get(), entry) < ARCHIVE_WARN) {
            fail(disk.get(), "write " + (base / path).string());
        }
        copy_data(reader, disk.get(), path);
        if (archive_write_finish_entry(disk.get()) < ARCHIVE_WARN) {
            fail(disk.get(), "write " + (base / path).string());
        }
    }
    if (archive_write_close(disk.get()) < ARCHIVE_WARN) {
        fail(disk.get(), "write " + base.string());
    }
}

/// Hands one member of an outer archive to an inner reader.
struct Member {
    archive* outer;
    std::array<char, 65536> buffer;
};

la_ssize_t read_member(archive*, void* user, const void** block) {
    auto& member = *static_cast<Member*>(user);
    *block = member.buffer.data();
    return archive_read_data(member.outer, member.buffer.data(), member.buffer.size());
}

void add_filter(archive* writer, Compression compression) {
    switch (compression) {
    case Compression::none:
        return;
    case Compression::lz4:
        archive_write_add_filter_lz4(writer);
        return;
    case Compression::zstd:
        archive_write_add_filter_zstd(writer);
        return;
    case Compression::gzip:
        archive_write_add_filter_gzip(writer);
        return;
    }
}

void write_entry(archive* writer, const CpioEntry& item, const fs::path& target) {
    const std::string content =
        item.source.empty() ? item.content : os::read_file(item.source, 256U << 20U);
    const Entry entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), item.path.c_str());
    archive_entry_set_filetype(entry.get(), item.folder    ? AE_IFDIR
                                            : item.console ? AE_IFCHR
                                                           : AE_IFREG);
    archive_entry_set_perm(entry.get(), static_cast<mode_t>(item.mode));
    archive_entry_set_nlink(entry.get(), item.folder ? 2 : 1);
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    if (item.console) {
        archive_entry_set_rdevmajor(entry.get(), 5);
        archive_entry_set_rdevminor(entry.get(), 1);
    }
    if (archive_write_header(writer, entry.get()) != ARCHIVE_OK) {
        fail(writer, "write " + target.string());
    }
    if (!content.empty() && archive_write_data(writer, content.data(), content.size()) !=
                                static_cast<la_ssize_t>(content.size())) {
        fail(writer, "write " + target.string());
    }
}

} // namespace

std::string checked_entry_path(std::string_view path) {
    if (path.empty() || path.front() == '/' || has_dotdot(path)) {
        throw Error(ErrorKind::invalid,
                    "archive entry '" + std::string(path) + "' leaves the folder it is unpacked to",
                    "do not use this archive");
    }
    while (path.starts_with("./")) {
        path.remove_prefix(2);
    }
    while (!path.empty() && path.back() == '/') {
        path.remove_suffix(1);
    }
    return path == "." ? std::string() : std::string(path);
}

void check_link_target(std::string_view path, std::string_view target) {
    if (target.empty() || target.front() == '/' || has_dotdot(target)) {
        throw Error(ErrorKind::invalid,
                    "archive entry '" + std::string(path) + "' is a link to '" +
                        std::string(target) + "', outside of its folder",
                    "do not use this archive");
    }
}

void unpack(const fs::path& archive_path, const fs::path& folder, const EntryFilter& wanted,
            const Interrupt& interrupt) {
    const Reader reader = open_reader();
    if (archive_read_open_filename(reader.get(), archive_path.c_str(), 1U << 16U) != ARCHIVE_OK) {
        fail(reader.get(), "open " + archive_path.string());
    }
    unpack_entries(reader.get(), archive_path, folder, wanted, interrupt);
}

void unpack_deb(const fs::path& package, const fs::path& folder, const EntryFilter& wanted,
                const Interrupt& interrupt) {
    const Reader outer(archive_read_new(), archive_read_free);
    archive_read_support_format_ar(outer.get());
    if (archive_read_open_filename(outer.get(), package.c_str(), 1U << 16U) != ARCHIVE_OK) {
        fail(outer.get(), "open " + package.string());
    }
    archive_entry* entry = nullptr;
    while (archive_read_next_header(outer.get(), &entry) == ARCHIVE_OK) {
        if (!std::string_view(archive_entry_pathname(entry)).starts_with("data.tar")) {
            continue;
        }
        Member member{.outer = outer.get(), .buffer = {}};
        const Reader inner = open_reader();
        if (archive_read_open(inner.get(), &member, nullptr, read_member, nullptr) != ARCHIVE_OK) {
            fail(inner.get(), "open " + package.string());
        }
        unpack_entries(inner.get(), package, folder, wanted, interrupt);
        return;
    }
    throw Error(ErrorKind::invalid,
                package.string() + " is not a Debian package (it has no data.tar)");
}

void decompress(std::string_view compressed, const std::string& what,
                const std::function<void(std::string_view)>& each) {
    const Reader reader(archive_read_new(), archive_read_free);
    archive_read_support_filter_all(reader.get());
    archive_read_support_format_raw(reader.get());
    archive_entry* entry = nullptr;
    if (archive_read_open_memory(reader.get(), compressed.data(), compressed.size()) !=
            ARCHIVE_OK ||
        archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
        fail(reader.get(), "decompress " + what);
    }
    std::array<char, 65536> buffer{};
    for (;;) {
        const la_ssize_t n = archive_read_data(reader.get(), buffer.data(), buffer.size());
        if (n < 0) {
            fail(reader.get(), "decompress " + what);
        }
        if (n == 0) {
            return;
        }
        each({buffer.data(), static_cast<std::size_t>(n)});
    }
}

Compression compression_from(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, Compression>, 4> names{{
        {"none", Compression::none},
        {"lz4", Compression::lz4},
        {"zstd", Compression::zstd},
        {"gzip", Compression::gzip},
    }};
    for (const auto& [known, value] : names) {
        if (known == name) {
            return value;
        }
    }
    throw Error(ErrorKind::invalid,
                "compression '" + std::string(name) + "' is not one of none, lz4, zstd, gzip");
}

void write_cpio(const fs::path& target, const std::vector<CpioEntry>& entries,
                Compression compression) {
    const Writer writer(archive_write_new(), archive_write_free);
    archive_write_set_format_cpio_newc(writer.get());
    add_filter(writer.get(), compression);
    archive_write_set_bytes_per_block(writer.get(), 512);
    archive_write_set_bytes_in_last_block(writer.get(), 512);
    if (archive_write_open_filename(writer.get(), target.c_str()) != ARCHIVE_OK) {
        fail(writer.get(), "open " + target.string());
    }
    for (const CpioEntry& entry : entries) {
        write_entry(writer.get(), entry, target);
    }
    if (archive_write_close(writer.get()) != ARCHIVE_OK) {
        fail(writer.get(), "write " + target.string());
    }
}

} // namespace banger::bundle
