#include "image/leftovers.hpp"

#include "image/disks.hpp"
#include "image/work_seeds.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <chrono>

#include <sys/stat.h>

namespace banger::image {
namespace fs = std::filesystem;

namespace {

constexpr auto forgotten = std::chrono::hours(24);

std::uint64_t blocks_of(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512U
                                             : 0;
}

/// Nothing was written to it, or beside it, for long.
bool is_old(const fs::path& path) {
    std::error_code code;
    const auto written = fs::last_write_time(path, code);
    return !code && written < fs::file_time_type::clock::now() - forgotten;
}

bool is_abandoned(const fs::path& staging) {
    std::error_code code;
    bool old = is_old(staging);
    for (auto at = fs::recursive_directory_iterator(staging, code);
         !code && at != fs::recursive_directory_iterator(); at.increment(code)) {
        old = old && is_old(at->path());
    }
    return old;
}

/// How names of templates begin that an image still has a use for.
std::vector<std::string> wanted_prefixes(const std::vector<Image>& images,
                                         const fs::path& templates) {
    std::vector<std::string> prefixes{"overlay-"};
    const WorkSeeds seeds(templates, {});
    for (const Image& image : images) {
        try {
            prefixes.push_back(Disks::work_template_prefix(image.work_seed));
            if (image.foreign_seed) {
                prefixes.push_back(WorkSeeds::prefix_of(image) + ".");
                const auto own = seeds.find(image);
                if (own && !own->empty()) {
                    prefixes.push_back(Disks::work_template_prefix(*own));
                }
            }
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): its files are gone
        }
    }
    return prefixes;
}

/// A finished one; others have a random end while they are made.
bool is_finished(const std::string& name) {
    return name.ends_with(".ext4") || name.ends_with(".none");
}

bool is_ours(const std::string& name) {
    return name.starts_with("overlay-") || name.starts_with("work-") || name.starts_with("seed-");
}

} // namespace

const char* to_text(Leftover::Kind kind) noexcept {
    switch (kind) {
    case Leftover::Kind::folder:
        return "files of no image";
    case Leftover::Kind::staging:
        return "an image that was not finished";
    case Leftover::Kind::work_disk:
        return "an old template";
    }
    return "";
}

std::uint64_t occupied_bytes(const fs::path& path) {
    std::error_code code;
    std::uint64_t bytes = blocks_of(path);
    if (fs::is_directory(fs::symlink_status(path, code))) {
        for (auto at = fs::recursive_directory_iterator(path, code);
             !code && at != fs::recursive_directory_iterator(); at.increment(code)) {
            bytes += blocks_of(at->path());
        }
    }
    return bytes;
}

std::vector<Leftover> find_leftovers(const ImageStore& store, const fs::path& templates,
                                     const InUse& in_use) {
    std::vector<Leftover> found;
    const auto add = [&](Leftover::Kind kind, const std::string& id, const fs::path& path) {
        found.push_back({kind, id, path, occupied_bytes(path)});
    };
    for (const std::string& id : store.folders()) {
        if (std::find(in_use.folders.begin(), in_use.folders.end(), id) == in_use.folders.end()) {
            add(Leftover::Kind::folder, id, store.folder(id));
        }
    }
    for (const std::string& id : store.stagings()) {
        if (!in_use.stagings.contains(id) || is_abandoned(store.staging(id))) {
            add(Leftover::Kind::staging, id, store.staging(id));
        }
    }
    const std::vector<std::string> wanted = wanted_prefixes(in_use.images, templates);
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(templates, code)) {
        const std::string name = entry.path().filename();
        const bool kept =
            is_finished(name)
                ? std::any_of(wanted.begin(), wanted.end(),
                              [&](const std::string& prefix) { return name.starts_with(prefix); })
                : !is_old(entry.path());
        if (is_ours(name) && !kept) {
            add(Leftover::Kind::work_disk, "", entry.path());
        }
    }
    return found;
}

std::vector<fs::path> templates_of(const ImageStore& store, const fs::path& templates,
                                   const InUse& in_use, const std::string& name) {
    InUse others = in_use;
    std::erase_if(others.images, [&](const Image& image) { return image.name == name; });
    const auto unneeded = [&](const InUse& by) {
        std::set<fs::path> found;
        for (const Leftover& leftover : find_leftovers(store, templates, by)) {
            if (leftover.kind == Leftover::Kind::work_disk) {
                found.insert(leftover.path);
            }
        }
        return found;
    };
    const std::set<fs::path> before = unneeded(in_use);
    std::vector<fs::path> found;
    for (const fs::path& path : unneeded(others)) {
        if (!before.contains(path)) {
            found.push_back(path);
        }
    }
    return found;
}

} // namespace banger::image
