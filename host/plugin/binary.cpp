#include "plugin/binary.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <utility>
#include <vector> // before library_info.hpp, which forgets it in Boost 1.74

#include <banger/abi.h>
#include <elf.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>

namespace banger::plugin {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half own_machine = EM_AARCH64;
#else
#error "which ELF machine is this?"
#endif

[[noreturn]] void refuse(const fs::path& file, const std::string& why, std::string hint = {}) {
    throw Error(ErrorKind::invalid, file.string() + ": " + why, std::move(hint));
}

/// A group with the user's name and no further member: the "user private group" of Debian and
/// others, which come with a umask that lets the group write.
bool is_private_group(gid_t gid, uid_t uid) {
    std::array<char, 4096> space{};
    passwd user{};
    passwd* found_user = nullptr;
    if (getpwuid_r(uid, &user, space.data(), space.size(), &found_user) != 0 || !found_user) {
        return false;
    }
    const std::string name = user.pw_name;
    std::array<char, 4096> group_space{};
    group entry{};
    group* found = nullptr;
    if (getgrgid_r(gid, &entry, group_space.data(), group_space.size(), &found) != 0 || !found) {
        return false;
    }
    return name == entry.gr_name && entry.gr_mem[0] == nullptr;
}

std::string user_text(uid_t uid) {
    std::array<char, 4096> space{};
    passwd user{};
    passwd* found = nullptr;
    if (getpwuid_r(uid, &user, space.data(), space.size(), &found) == 0 && found) {
        return std::string(user.pw_name) + " (uid " + std::to_string(uid) + ")";
    }
    return "uid " + std::to_string(uid);
}

/// One name on the way to a file.
void check_node(const fs::path& path, const struct stat& info, uid_t uid) {
    if (info.st_uid != 0 && info.st_uid != uid) {
        throw Error(ErrorKind::permission,
                    path.string() + ": owned by " + user_text(info.st_uid) +
                        "; a plugin and every folder above it must belong to root or to " +
                        user_text(uid),
                    "chown it, or move the plugin to a folder of your own");
    }
    if (S_ISLNK(info.st_mode)) {
        return; // its mode says nothing
    }
    const bool sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
    const bool by_others = (info.st_mode & S_IWOTH) != 0 && !sticky;
    const bool by_group = (info.st_mode & S_IWGRP) != 0 && !sticky && info.st_gid != 0 &&
                          !is_private_group(info.st_gid, info.st_uid);
    if (by_others || by_group) {
        throw Error(ErrorKind::permission,
                    path.string() + ": writable by " + (by_others ? "everybody" : "its group") +
                        "; whoever can change a plugin runs code as you",
                    std::string("chmod ") + (by_others ? "o-w " : "g-w ") + path.string());
    }
}

FileIdentity identity_of(const struct stat& info) {
    constexpr std::int64_t second = 1'000'000'000;
    return {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino),
            static_cast<std::uint64_t>(info.st_size),
            info.st_mtim.tv_sec * second + info.st_mtim.tv_nsec};
}

/// Every name that decides what a path leads to, from the root on, links and what they lead to.
std::vector<std::pair<fs::path, struct stat>> way_to(const fs::path& file) {
    constexpr int most_links = 40; // as path_resolution(7)
    std::vector<std::pair<fs::path, struct stat>> way;
    std::deque<fs::path> left(file.begin(), file.end());
    fs::path at = file.root_path();
    int links = 0;
    while (!left.empty()) {
        const fs::path name = std::move(left.front());
        left.pop_front();
        if (name.empty() || name == ".") {
            continue;
        }
        fs::path next = name.is_absolute() ? name : name == ".." ? at.parent_path() : at / name;
        struct stat info {};
        if (::lstat(next.c_str(), &info) != 0) {
            throw os::errno_error(next.string());
        }
        way.emplace_back(next, info);
        if (!S_ISLNK(info.st_mode)) {
            at = std::move(next);
            continue;
        }
        if (++links > most_links) {
            throw os::errno_error(file.string(), ELOOP);
        }
        const fs::path target = fs::read_symlink(next);
        left.insert(left.begin(), target.begin(), target.end());
    }
    return way;
}

std::string machine_name(Elf64_Half machine) {
    switch (machine) {
    case EM_X86_64:
        return "x86_64";
    case EM_AARCH64:
        return "aarch64";
    case EM_386:
        return "i386";
    case EM_RISCV:
        return "riscv";
    default:
        return "machine " + std::to_string(machine);
    }
}

/// Who reads the symbols takes what the sections say of their size: it is to be in the file.
void check_sections(const fs::path& file, int fd, const Elf64_Ehdr& header) {
    struct stat info {};
    if (fstat(fd, &info) != 0) {
        throw os::errno_error(file.string());
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    const auto is_inside = [size](std::uint64_t offset, std::uint64_t length) {
        return offset <= size && length <= size - offset;
    };
    constexpr std::uint64_t largest = std::uint64_t{1} << 30U;
    std::vector<Elf64_Shdr> sections(header.e_shnum);
    const std::size_t bytes = sections.size() * sizeof(Elf64_Shdr);
    bool sound = size <= largest && header.e_shentsize == sizeof(Elf64_Shdr) &&
                 header.e_shstrndx < header.e_shnum && is_inside(header.e_shoff, bytes) &&
                 pread(fd, sections.data(), bytes, static_cast<off_t>(header.e_shoff)) ==
                     static_cast<ssize_t>(bytes);
    for (const Elf64_Shdr& section : sections) {
        const bool symbols = section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM;
        sound = sound &&
                (section.sh_type == SHT_NOBITS || is_inside(section.sh_offset, section.sh_size));
        sound = sound && (!symbols || section.sh_size >= sizeof(Elf64_Sym));
    }
    // The names of the sections are read whatever their type is.
    sound = sound &&
            is_inside(sections[header.e_shstrndx].sh_offset, sections[header.e_shstrndx].sh_size);
    if (!sound) {
        refuse(file, "damaged or truncated ELF file");
    }
}

void check_header(const fs::path& path, const fs::path& file) {
    const os::UniqueFd fd = os::open_file(path, O_RDONLY);
    Elf64_Ehdr header{};
    const ssize_t got = pread(fd.get(), &header, sizeof header, 0);
    if (got < 0) {
        throw os::errno_error(file.string());
    }
    if (got == 0) {
        refuse(file, "empty file; expected an ELF shared library");
    }
    if (got < SELFMAG || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        refuse(file, "not an ELF file; expected an ELF shared library");
    }
    if (got < static_cast<ssize_t>(sizeof header)) {
        refuse(file, "truncated ELF file: " + std::to_string(got) + " bytes");
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64) {
        refuse(file, "a 32-bit ELF file; this host needs 64-bit ones");
    }
    if (header.e_machine != own_machine) {
        refuse(file, "built for " + machine_name(header.e_machine) + "; this host is " +
                         machine_name(own_machine));
    }
    if (header.e_type != ET_DYN) {
        refuse(file, "an ELF file, but no shared library");
    }
    check_sections(file, fd.get(), header);
}

} // namespace

bool is_id(const std::string& text) noexcept {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !text.empty() && text.size() <= 32 && lower(text[0]) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::string FileIdentity::text() const {
    return std::to_string(device) + ":" + std::to_string(inode) + ":" + std::to_string(size) + ":" +
           std::to_string(mtime_ns);
}

FileIdentity identify_file(const fs::path& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) {
        throw os::errno_error(file.string());
    }
    return identity_of(info);
}

CheckedFile check_ownership(const fs::path& file, uid_t uid) {
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    if (error) {
        throw os::errno_error(file.string(), error.value());
    }
    const auto way = way_to(file);
    for (auto node = way.rbegin(); node != way.rend(); ++node) { // what is nearest is told first
        check_node(node->first, node->second, uid);
    }
    const auto& [last, info] = way.back();
    if (last != real) {
        refuse(file, "another file meanwhile", "try again");
    }
    if (!S_ISREG(info.st_mode)) {
        refuse(real, "not a regular file; expected an ELF shared library");
    }
    return {real, identity_of(info)};
}

void check_symbols(const fs::path& path, const fs::path& file) {
    check_header(path, file);
    std::vector<std::string> symbols;
    try {
        symbols = boost::dll::library_info(path).symbols();
    } catch (const std::exception&) { // its own text is "iostream error", or out of memory
        refuse(file, "damaged or truncated ELF file");
    }
    if (std::find(symbols.begin(), symbols.end(), entry_symbol) != symbols.end()) {
        return;
    }
    const auto other = std::find_if(symbols.begin(), symbols.end(), [](const std::string& symbol) {
        return symbol.starts_with("banger_plugin_entry_v");
    });
    if (other != symbols.end()) {
        refuse(file, "exports " + *other + "; this host needs " + entry_symbol,
               "get a version of the plugin for ABI major " + std::to_string(BANGER_ABI_MAJOR));
    }
    refuse(file, std::string("does not export ") + entry_symbol + ", so it is no banger plugin");
}

const banger_entry* open_binary(const fs::path& path, const fs::path& file) {
    using boost::dll::load_mode::type;
    // Never unloaded: threads, destructors and leak reports of a plugin may outlive its last call.
    // The library objects are leaked on purpose, RTLD_NODELETE says the same to the linker.
    static auto& libraries = *new std::vector<boost::dll::shared_library>;
    const auto mode = static_cast<type>(boost::dll::load_mode::rtld_now |
                                        boost::dll::load_mode::rtld_local | RTLD_NODELETE);
    try {
        libraries.emplace_back(path, mode);
    } catch (const std::exception& error) { // the throwing form is the one with dlerror()'s text
        std::string text = error.what();
        if (const auto at = text.find("(dlerror system message: "); at != std::string::npos) {
            text = text.substr(at + std::strlen("(dlerror system message: "));
            text = text.substr(0, text.find_last_of(')'));
        }
        if (text.starts_with(path.string() + ": ")) {
            text.erase(0, path.string().size() + 2);
        }
        refuse(file, "the dynamic linker refuses it: " + text);
    }
    auto* entry = libraries.back().get<const banger_entry*()>(entry_symbol);
    try {
        return entry();
    } catch (...) {
        refuse(file, std::string(entry_symbol) + " threw an exception; it returns static data");
    }
}

} // namespace banger::plugin
