#include "builder/archive.hpp"
#include "builder/bundle_file.hpp"
#include "builder/digest.hpp"
#include "builder/parts.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

void build_ready_archive(const Site& site, const fs::path& staging) {
    const Source& source = *site.manifest->archive;
    fs::create_directories(site.cache / "downloads");
    const fs::path file =
        site.cache / "downloads" /
        ("bundle-" + (source.sha256.empty() ? "local" : source.sha256.substr(0, 16)));
    fetch(source, file, *site.interrupt);
    const fs::path tree = staging / "ready";
    fs::create_directories(tree);
    unpack(
        file, tree, [](const std::string& path) { return path.front() != '.'; }, *site.interrupt);
    check_bundle_file(tree);
    if (source.path.empty()) {
        return;
    }
    fs::remove(file); // a copy of a file that is there anyway
}

} // namespace

Component archive_part(const Site& site) {
    const Source& source = *site.manifest->archive;
    if (!source.path.empty() && !fs::is_regular_file(source.path)) {
        throw os::Error(os::ErrorKind::not_found,
                        "archive: " + source.path.string() + " is missing",
                        "correct archive.path in the manifest");
    }
    return {.name = "archive",
            .inputs = "archive 1\n" + source.url + "\n" + source.sha256 + "\n" +
                      (source.path.empty() ? "" : sha256_file(source.path)),
            .outputs = {"ready"},
            .build = [&site](const fs::path& staging) { build_ready_archive(site, staging); }};
}

} // namespace banger::bundle
