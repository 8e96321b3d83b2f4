#include "archive_unpack.hpp"

#include "archive_digest.hpp"
#include "archive_folder.hpp"
#include "archive_input.hpp"
#include "archive_limits.hpp"
#include "archive_manifest.hpp"
#include "archive_names.hpp"
#include "archive_sink.hpp"
#include "failure.hpp"
#include "report.hpp"

#include <cerrno>
#include <functional>
#include <map>
#include <string>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace image_tool::archive {
namespace {

using nlohmann::json;

const char* const hostile_hint = "do not use this archive";

[[noreturn]] void refuse_member(const std::string& why) {
    throw Failure(FailureKind::invalid, why, hostile_hint);
}

UniqueFd open_archive(const std::filesystem::path& file) {
    // Without waiting, should it be a pipe.
    UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat info {};
    if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) {
        throw system_failure("open " + file.string());
    }
    if (!S_ISREG(info.st_mode)) {
        throw Failure(FailureKind::invalid, file.string() + " is not a file",
                      "name the archive of an image");
    }
    return fd;
}

std::string read_manifest(ArchiveInput& input) {
    const auto member = input.next();
    if (!member || member->folder || member->path != manifest_name) {
        refuse_member("its first member is not manifest.json" +
                      (member ? ", but '" + shown(member->path) + "'" : std::string()));
    }
    if (member->size > manifest_limit) {
        refuse_member("manifest.json is larger than 1 MiB");
    }
    std::string text;
    std::string_view bytes;
    std::uint64_t offset = 0;
    while (input.data(bytes, offset)) {
        if (offset != text.size() || bytes.size() > member->size - text.size()) {
            refuse_member("manifest.json has holes");
        }
        text += bytes;
    }
    return text;
}

class Unpacking {
  public:
    Unpacking(ArchiveInput& input, const Manifest& manifest, IncomingFolder& folder, Report& report)
        : input_(input), manifest_(manifest), folder_(folder), report_(report),
          total_(manifest.size()) {
        for (const DeclaredFile& file : manifest.files) {
            budgets_[file.name].left = file.disk_bytes;
        }
    }

    void take_all() {
        std::size_t folders = 0;
        while (const auto member = input_.next()) {
            if (!member->folder) {
                take(*member);
            } else if (member->path == ".") {
                continue;
            } else if (member->path != modules_name && !is_module_path(member->path)) {
                refuse_member("an image has no folder '" + shown(member->path) + "'");
            } else if (++folders > most_module_folders) {
                refuse_member("the archive has more than " + std::to_string(most_module_folders) +
                              " folders");
            }
        }
        for (const DeclaredFile& file : manifest_.files) {
            if (file.name == modules_name) {
                check_modules(file);
            } else if (digests_.find(file.name) == digests_.end()) {
                refuse_member(file.name + " is declared in manifest.json, and missing");
            }
        }
    }

    [[nodiscard]] std::uint64_t disk_bytes() const {
        std::uint64_t left = 0;
        for (const auto& [name, budget] : budgets_) {
            left += budget.left;
        }
        return manifest_.disk_bytes() - left;
    }

  private:
    void take(const ArchiveInput::Member& member) {
        const bool module = is_module_path(member.path);
        const DeclaredFile* file =
            manifest_.find(module ? modules_name : std::string_view(member.path));
        if (file == nullptr || (!module && member.path == modules_name)) {
            refuse_member("'" + shown(member.path) + "' is not declared in manifest.json");
        }
        if (module ? member.size > file->size - modules_size_ : member.size != file->size) {
            refuse_member(member.path + ": it has " + std::to_string(member.size) +
                          " bytes, which is not what manifest.json declares");
        }
        if (module && modules_count_ == file->count) {
            refuse_member("modules: more files than manifest.json declares");
        }
        const std::string digest = write(member, budgets_[file->name]);
        if (module) {
            modules_size_ += member.size;
            ++modules_count_;
            modules_[member.path] = digest;
        } else if (digest != file->sha256) {
            refuse_member(member.path + ": its checksum is not the one in manifest.json");
        } else {
            digests_[member.path] = digest;
        }
    }

    std::string write(const ArchiveInput::Member& member, DiskBudget& budget) {
        const UniqueFd fd = folder_.create(member.path);
        FileSink sink(fd.get(), member.path, folder_.path_of(member.path).string(), member.size,
                      budget);
        std::string_view bytes;
        std::uint64_t offset = 0;
        while (input_.data(bytes, offset)) {
            sink.write(offset, bytes);
            report_.progress(done_ + sink.position(), total_, "bytes");
        }
        std::string digest = sink.finish();
        done_ += member.size;
        report_.progress(done_, total_, "bytes");
        return digest;
    }

    /// As `find modules -type f | sort | xargs sha256sum | sha256sum` has it.
    void check_modules(const DeclaredFile& declared) const {
        Sha256 digest;
        for (const auto& [path, sha256] : modules_) {
            std::string line = sha256;
            digest.update(line.append("  ").append(path).append("\n"));
        }
        if (modules_count_ != declared.count || modules_size_ != declared.size ||
            digest.hex() != declared.sha256) {
            refuse_member("modules: its files are not those that manifest.json declares");
        }
    }

    ArchiveInput& input_;
    const Manifest& manifest_;
    IncomingFolder& folder_;
    Report& report_;
    std::uint64_t total_, done_ = 0;
    std::map<std::string, DiskBudget> budgets_;
    std::map<std::string, std::string> digests_, modules_;
    std::uint64_t modules_size_ = 0, modules_count_ = 0;
};

void check_declared(const Manifest& manifest, const UnpackOptions& options, std::uint64_t free) {
    if (!manifest.arch.empty() && manifest.arch != this_arch()) {
        throw Failure(FailureKind::invalid,
                      "the image is for " + manifest.arch + ", this machine is " + this_arch(),
                      "import it on a machine of that kind");
    }
    const std::uint64_t needed = manifest.disk_bytes();
    if (options.max_bytes != 0 && needed > options.max_bytes) {
        throw Failure(FailureKind::invalid,
                      "the image takes " + shown_bytes(needed) + ", allowed are " +
                          shown_bytes(options.max_bytes),
                      "allow more if you trust it");
    }
    if (needed > free) {
        throw Failure(FailureKind::unavailable,
                      "the image takes " + shown_bytes(needed) + ", and " +
                          options.folder.string() + " has " + shown_bytes(free) + " free",
                      "make room on that disk and try again");
    }
}

/// What work() gives of an archive; what is wrong with it names it.
json of_archive(const std::filesystem::path& file,
                const std::function<json(ArchiveInput&, const Manifest&)>& work) {
    const UniqueFd fd = open_archive(file);
    try {
        ArchiveInput input(fd.get(), file.string());
        return work(input, parse_manifest(read_manifest(input)));
    } catch (const Failure& failure) {
        if (failure.kind() != FailureKind::invalid) {
            throw;
        }
        throw Failure(failure.kind(), shown(file.filename().string()) + ": " + failure.what(),
                      failure.hint());
    }
}

} // namespace

json about_archive(const std::filesystem::path& file) {
    return of_archive(file, [](ArchiveInput&, const Manifest& manifest) {
        return json{{"image", about(manifest)}};
    });
}

json unpack(const UnpackOptions& options, Report& report) {
    report.stage("checking the archive");
    return of_archive(options.file, [&](ArchiveInput& input, const Manifest& manifest) {
        IncomingFolder folder(options.folder);
        check_declared(manifest, options, folder.free_bytes());
        report.stage("unpacking");
        Unpacking unpacking(input, manifest, folder, report);
        unpacking.take_all();
        folder.place();
        json result = {{"image", about(manifest)},
                       {"size_bytes", manifest.size()},
                       {"disk_bytes", unpacking.disk_bytes()},
                       {"files", json::array()}};
        for (const DeclaredFile& file : manifest.files) {
            result["files"].push_back(file.name);
        }
        return result;
    });
}

} // namespace image_tool::archive
