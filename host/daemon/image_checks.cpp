#include "daemon/image_checks.hpp"

#include "os/error.hpp"

namespace banger::daemon {

std::vector<Check> image_checks(const image::ImageStore& store,
                                const std::filesystem::path& templates, const image::InUse& in_use,
                                const std::string& default_image) {
    std::vector<Check> checks;
    for (const image::Image& image : in_use.images) {
        if (image.kind == store::ImageKind::bundle || image.name == default_image) {
            continue; // they have checks of their own
        }
        try {
            image::check_files(image);
        } catch (const os::Error& error) {
            checks.push_back({"image-files", "warning", "no VM can be made of image " + image.name,
                              error.what(), error.hint(), ""});
        }
    }
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    for (const image::Leftover& leftover : image::find_leftovers(store, templates, in_use)) {
        bytes += leftover.bytes;
        ++count;
    }
    if (count > 0) {
        checks.push_back({"image-leftovers", "info",
                          "files that no image needs take " + std::to_string(bytes >> 20U) + " MiB",
                          std::to_string(count) + " of them, of images and disks that were not "
                                                  "finished, replaced or made anew",
                          "banger image prune removes them; with --dry-run it lists them", ""});
    }
    return checks;
}

} // namespace banger::daemon
