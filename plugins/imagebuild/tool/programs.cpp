#include "programs.hpp"

#include "child.hpp"
#include "path.hpp"
#include "sparse_copy.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <vector>

#include <fcntl.h>

namespace image_tool {
namespace {

constexpr const char* e2fsprogs = "e2fsprogs";
constexpr std::size_t most_said = 400;
constexpr int repaired = 1; ///< the status of e2fsck
constexpr int most_repairs = 4;

std::string last_words(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    if (text.size() > most_said) {
        text = "..." + text.substr(text.size() - most_said);
    }
    for (char& byte : text) {
        byte = byte == '\n' || byte == '\b' || byte == '\r' ? ' ' : byte;
    }
    return shown_path(text); // names of the guest's may be in it
}

Failure failed(const std::string& program, const std::string& name, const ChildEnd& end) {
    const bool full = end.output.find("No space left") != std::string::npos;
    const std::string words = last_words(end.output);
    return {full ? FailureKind::unavailable : FailureKind::invalid,
            program + " of " + name + " failed (" + std::to_string(end.status) + ")" +
                (words.empty() ? "" : ": " + words),
            full ? "free some space on that file system and try again" : ""};
}

std::string run_tool(const std::vector<std::string>& command, const std::string& name,
                     int most_status) {
    ChildEnd end = run_child(command, e2fsprogs);
    if (end.status > most_status) {
        throw failed(command[0], name, end);
    }
    return std::move(end.output);
}

/// A file without a name beside another one, else in a folder for such.
UniqueFd make_private(const std::string& beside) {
    const std::size_t slash = beside.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : beside.substr(0, slash + 1);
    const char* configured = std::getenv("TMPDIR");
    for (const std::string& place :
         {folder, std::string(configured == nullptr ? "/var/tmp" : configured)}) {
        // Not close-on-exec: e2fsck opens it by its number.
        UniqueFd fd(::open(place.c_str(), O_TMPFILE | O_RDWR, 0600));
        if (fd) {
            return fd;
        }
        std::string pattern = place + "/banger-image.XXXXXX";
        fd = UniqueFd(::mkstemp(pattern.data()));
        if (fd) {
            (void)::unlink(pattern.c_str());
            return fd;
        }
    }
    throw system_failure("make a private copy of " + beside);
}

} // namespace

void repair(const std::string& path, const std::string& name) {
    // What it repairs late can leave something for its first passes to repair.
    for (int run = 1;; ++run) {
        const ChildEnd end = run_child({"e2fsck", "-f", "-y", path}, e2fsprogs);
        if (end.status == 0) {
            return;
        }
        if (end.status != repaired || run == most_repairs) {
            throw failed("e2fsck", name, end);
        }
    }
}

void repair_and_pack(const std::string& path, const std::string& name) {
    (void)run_tool({"e2fsck", "-f", "-y", "-D", path}, name, repaired);
    repair(path, name);
}

void resize(const std::string& path, const std::string& name, std::uint64_t blocks) {
    (void)run_tool({"resize2fs", "-f", path, std::to_string(blocks)}, name, 0);
}

std::uint64_t least_blocks(const std::string& path, const std::string& name) {
    const std::string text = run_tool({"resize2fs", "-P", path}, name, 0);
    constexpr std::string_view before = "minimum size of the filesystem: ";
    const std::size_t at = text.find(before);
    std::uint64_t blocks = 0;
    if (at != std::string::npos) {
        (void)std::from_chars(text.data() + at + before.size(), text.data() + text.size(), blocks);
    }
    if (blocks == 0) {
        throw Failure(FailureKind::internal,
                      "resize2fs -P of " + name + " says no size: " + last_words(text));
    }
    return blocks;
}

void make_work_file_system(const std::string& path, std::uint64_t size_mib) {
    // As the runtime bundle makes its own: grown to each VM's size later.
    const std::string journal = size_mib < 64 ? "size=4" : "size=16";
    (void)run_tool({"mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-i", "16384", "-m", "0",
                    "-L", "bgr-work", "-J", journal, "-E",
                    "discard,lazy_journal_init=1,root_owner=0:0", path,
                    std::to_string(size_mib) + "M"},
                   "the work seed", 0);
}

FileSystem open_replayed(const std::string& path, const std::string& name) {
    FileSystem fs(path, name, FileSystem::Access::read);
    if (!fs.needs_replay()) {
        return fs;
    }
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        throw system_failure("open " + name + " " + path);
    }
    UniqueFd copy = make_private(path);
    copy_sparse(file.get(), name, copy.get(), "a copy of " + name + " beside " + path, nullptr);
    (void)run_tool(
        {"e2fsck", "-y", "-E", "journal_only", "/proc/self/fd/" + std::to_string(copy.get())},
        "the journal of " + name, repaired);
    return {std::move(copy), name};
}

} // namespace image_tool
