#include "arguments.hpp"
#include "growth.hpp"
#include "lookup.hpp"
#include "merge.hpp"
#include "part_file.hpp"
#include "path.hpp"
#include "programs.hpp"
#include "sparse_copy.hpp"
#include "verbs.hpp"

#include <optional>

#include <fcntl.h>

namespace image_tool {
namespace {

void copy_base(const std::string& base, const PartFile& out, Report& report) {
    const UniqueFd file(::open(base.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        throw system_failure("open the base " + base);
    }
    copy_sparse(file.get(), "the base " + base, out.fd(), out.path(), &report);
}

} // namespace

nlohmann::json flatten(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"base", "overlay", "out", "drop"});
    const std::string& base = arguments.one("base");
    report.stage("reading");
    FileSystem overlay = open_replayed(arguments.one("overlay"), "the overlay");
    SourceTree tree{overlay, 0, true, {}};
    for (const std::string& path : arguments.all("drop")) {
        tree.drops.insert(plain_path(path));
    }
    const std::optional<ext2_ino_t> upper = find_path(overlay, "upper");
    Survey found;
    {
        const FileSystem below(base, "the base", FileSystem::Access::read);
        if (upper) { // else the VM never came up: nothing was written
            tree.root = *upper;
            found = survey(tree, below.block_size());
        }
    }
    PartFile out(arguments.one("out"));
    report.stage("copying");
    copy_base(base, out, report);
    report.stage("checking");
    const std::string copy = "the base's copy " + out.path();
    repair(out.path(), copy);
    Merged merged;
    if (upper) {
        grow_for(out.path(), copy, found);
        report.stage("merging");
        FileSystem to(out.path(), "the image " + out.path(), FileSystem::Access::write);
        merged = merge(tree, to, found, report);
        to.close();
    }
    report.stage("writing");
    const FileSystem made(out.path(), "the image", FileSystem::Access::read);
    nlohmann::json result{{"merged", merged.names},
                          {"removed", merged.removed},
                          {"moved", merged.moved},
                          {"copied_bytes", merged.bytes},
                          {"content_bytes", made.content_bytes()},
                          {"size_bytes", made.size_bytes()}};
    out.keep();
    return result;
}

} // namespace image_tool
