#include "arguments.hpp"
#include "change.hpp"
#include "lookup.hpp"
#include "path.hpp"
#include "programs.hpp"
#include "verbs.hpp"

#include <optional>

namespace image_tool {
namespace {

nlohmann::json line_of(const Change& change) {
    nlohmann::json line{{"change", to_string(change.kind)},
                        {"path", shown_path("/" + change.path)},
                        {"type", change.type},
                        {"size", change.size}};
    if (!change.from.empty()) {
        line["from"] = shown_path(change.from);
    }
    return line;
}

} // namespace

nlohmann::json diff(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"base", "overlay", "root"});
    if (arguments.has("overlay") == arguments.has("root")) {
        throw Failure(FailureKind::invalid, "diff takes either --overlay or --root");
    }
    const bool overlay = arguments.has("overlay");
    report.stage("reading");
    FileSystem base = open_replayed(arguments.one("base"), "the base");
    FileSystem upper = overlay ? open_replayed(arguments.one("overlay"), "the overlay")
                               : open_replayed(arguments.one("root"), "the root disk");
    const std::optional<ext2_ino_t> root =
        overlay ? find_path(upper, "upper") : std::optional<ext2_ino_t>(EXT2_ROOT_INO);
    nlohmann::json counts{
        {"added", 0}, {"changed", 0}, {"removed", 0}, {"replaced", 0}, {"attributes", 0}};
    if (root) {
        report.stage("comparing");
        for (const Change& change : changes(base, {upper, *root, overlay, {}})) {
            report.line(line_of(change));
            counts[to_string(change.kind)] = counts[to_string(change.kind)].get<int>() + 1;
        }
    }
    return counts;
}

} // namespace image_tool
