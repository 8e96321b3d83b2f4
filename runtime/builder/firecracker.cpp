#include "builder/firecracker.hpp"

#include "builder/archive.hpp"
#include "builder/digest.hpp"
#include "builder/download.hpp"
#include "builder/interrupt.hpp"
#include "builder/parts.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "os/word_after.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <unistd.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

constexpr std::chrono::seconds answer_deadline{10};
constexpr const char* hint_release =
    "take firecracker-vX.Y.Z-x86_64.tgz of a release, or the program in it";

std::string head_of(const fs::path& file) {
    std::array<char, 512> bytes{};
    const os::UniqueFd fd = os::open_file(file, O_RDONLY);
    const ssize_t n = ::read(fd.get(), bytes.data(), bytes.size());
    if (n < 0) {
        throw os::errno_error("read " + file.string());
    }
    return {bytes.data(), static_cast<std::size_t>(n)};
}

std::optional<Elf64_Ehdr> elf_header(std::string_view head) {
    Elf64_Ehdr header{};
    if (head.size() < sizeof header || !head.starts_with(std::string_view(ELFMAG, SELFMAG))) {
        return std::nullopt;
    }
    std::memcpy(&header, head.data(), sizeof header);
    return header;
}

std::string machine_name(unsigned machine) {
    switch (machine) {
    case EM_AARCH64:
        return "aarch64";
    case EM_ARM:
        return "arm";
    case EM_386:
        return "i386";
    case EM_RISCV:
        return "riscv";
    default:
        return "another machine (ELF number " + std::to_string(machine) + ")";
    }
}

/// The compressions and the format that releases, and those who pack one anew, use.
bool is_packed(std::string_view head) {
    constexpr std::array<std::string_view, 4> magics{"\x1f\x8b", "\x28\xb5\x2f\xfd", "BZh",
                                                     "\xfd"
                                                     "7zXZ"};
    return std::any_of(magics.begin(), magics.end(),
                       [&](std::string_view magic) { return head.starts_with(magic); }) ||
           (head.size() > 262 && head.substr(257, 5) == "ustar");
}

/// For a message: what a file that is neither program nor archive begins with.
std::string beginning(std::string_view head) {
    std::string lower(head);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower.find("<!doctype html") != std::string::npos ||
        lower.find("<html") != std::string::npos) {
        return "it is a web page";
    }
    if (head.empty()) {
        return "it is empty";
    }
    std::string shown;
    for (const char c : head.substr(0, 24)) {
        shown += c >= ' ' && c <= '~' ? c : '.';
    }
    return "it begins with '" + shown + "'";
}

/// As the program itself, and as a release calls it.
bool is_called(const std::string& path, const std::string& what, std::string_view machine) {
    const std::string name = fs::path(path).filename();
    return name == what ||
           (name.starts_with(what + "-v") && name.ends_with("-" + std::string(machine)));
}

/// Takes `what` out of an unpacked release; false when there is none.
bool take(const fs::path& tree, const std::string& what, const fs::path& target) {
    for (const auto& entry : fs::recursive_directory_iterator(tree)) {
        if (entry.is_regular_file() && !entry.is_symlink() &&
            is_called(entry.path(), what, "x86_64")) {
            fs::rename(entry.path(), target);
            fs::permissions(target, fs::perms(0755));
            return true;
        }
    }
    return false;
}

/// The release archive holds the program as release-vX/firecracker-vX-x86_64, and the jailer of
/// its version beside it.
void take_from_archive(const fs::path& archive, const std::string& name, const fs::path& staging,
                       const Interrupt& interrupt) {
    const fs::path tree = staging / "tree";
    fs::create_directories(tree);
    std::string other;
    const auto wanted = [&other](const std::string& path) {
        if (is_called(path, "firecracker", "aarch64")) {
            other = fs::path(path).filename();
        }
        return is_called(path, "firecracker", "x86_64") || is_called(path, "jailer", "x86_64");
    };
    try {
        unpack(archive, tree, wanted, interrupt);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid) {
            throw;
        }
        // Of our copy, which nobody knows by its name.
        const std::string words = error.what();
        const auto last = words.rfind(": ");
        throw Error(ErrorKind::invalid,
                    name + " is damaged, or was cut off on its way" +
                        (last == std::string::npos ? "" : words.substr(last)),
                    "get it again, and compare its size or SHA-256 with the release's");
    }
    if (!take(tree, "firecracker", staging / "firecracker")) {
        throw Error(ErrorKind::invalid,
                    name + " holds no firecracker program for x86_64" +
                        (other.empty() ? "" : ", only " + other),
                    hint_release);
    }
    if (take(tree, "jailer", staging / "jailer")) {
        check_program(staging / "jailer", "the jailer of " + name);
    }
    fs::remove_all(tree);
}

void build(const Site& site, const fs::path& staging) {
    const FirecrackerSource& plan = *site.manifest->firecracker;
    const std::string name = plan.source.path.empty() ? plan.source.url : plan.source.path.string();
    if (!plan.source.path.empty() && !fs::is_regular_file(plan.source.path)) {
        throw Error(fs::exists(plan.source.path) ? ErrorKind::invalid : ErrorKind::not_found,
                    name + (fs::exists(plan.source.path) ? " is not a file" : " does not exist"),
                    hint_release);
    }
    fs::create_directories(site.cache / "downloads");
    const fs::path file =
        site.cache / "downloads" /
        ("firecracker-" +
         (plan.source.sha256.empty() ? "local" : plan.source.sha256.substr(0, 16)));
    fetch(plan.source, file, *site.interrupt);
    const std::string head = head_of(file);
    if (elf_header(head)) {
        os::clone_file(file, staging / "firecracker", 0755);
    } else if (is_packed(head)) {
        take_from_archive(file, name, staging, *site.interrupt);
    } else {
        throw Error(ErrorKind::invalid,
                    name + " is neither a program nor a release archive: " + beginning(head),
                    hint_release);
    }
    check_program(staging / "firecracker", name);
    const std::string version = firecracker_version(staging / "firecracker", name, *site.interrupt);
    if (!plan.version.empty() && plan.version != version) {
        throw Error(ErrorKind::invalid,
                    name + " is Firecracker " + version + ", the manifest says " + plan.version,
                    "correct firecracker.version, or what it is taken from");
    }
}

std::string source_text(const FirecrackerSource& plan) {
    const Source& source = plan.source;
    const bool local = !source.path.empty() && fs::is_regular_file(source.path);
    return plan.version + "\n" + source.url + "\n" + source.path.string() + "\n" + source.sha256 +
           "\n" + (local ? sha256_file(source.path) : "");
}

} // namespace

void check_program(const fs::path& file, const std::string& name) {
    const auto header = elf_header(head_of(file));
    if (!header) {
        throw Error(ErrorKind::invalid, name + " is no program", hint_release);
    }
    if (header->e_machine != EM_X86_64 || header->e_ident[EI_CLASS] != ELFCLASS64) {
        throw Error(ErrorKind::invalid,
                    name + " is a program for " + machine_name(header->e_machine) +
                        ", needed is one for x86_64",
                    hint_release);
    }
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN) {
        throw Error(ErrorKind::invalid, name + " is a part of a program, not a whole one",
                    hint_release);
    }
}

std::string firecracker_version(const fs::path& program, const std::string& name,
                                const Interrupt& interrupt) {
    os::RunOptions options;
    options.timeout = answer_deadline;
    options.cancel_fd = interrupt.fd();
    options.limit = 4096;
    const os::Output output = os::run({program.string(), "--version"}, options);
    interrupt.check();
    std::string version = os::word_after(output.out, "Firecracker v");
    if (output.timed_out || !output.status.ok() || version.empty()) {
        const std::string said =
            output.out.substr(0, std::min<std::size_t>(output.out.find('\n'), 60));
        throw Error(ErrorKind::invalid,
                    name + " is not Firecracker: --version " +
                        (output.timed_out      ? "gives no answer"
                         : !output.status.ok() ? "ends with " + output.status.text()
                         : said.empty()        ? "says nothing"
                                               : "says '" + said + "'"),
                    hint_release);
    }
    return version;
}

Component firecracker_part(const Site& site) {
    return {.name = "firecracker",
            .inputs = "firecracker 2\n" + source_text(*site.manifest->firecracker),
            .outputs = {"firecracker"},
            .optional_outputs = {"jailer"},
            .build = [&site](const fs::path& staging) { build(site, staging); }};
}

} // namespace banger::bundle
