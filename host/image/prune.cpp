#include "image/prune.hpp"

#include "image/catalog.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include <unistd.h>

namespace banger::image {
using os::Error;

namespace {

bool has_name(const std::vector<Image>& images, const std::string& name) {
    return std::any_of(images.begin(), images.end(),
                       [&](const Image& image) { return image.name == name; });
}

} // namespace

std::vector<Image> prunable(std::vector<Image> images, const PruneRequest& request,
                            const std::set<std::string>& needed, std::int64_t now_ms) {
    constexpr std::int64_t longest_s = std::numeric_limits<std::int64_t>::max() / 1000;
    const std::int64_t age_ms = std::min(request.older_than_s, longest_s) * 1000;
    std::erase_if(images, [&](const Image& image) {
        const bool asked = !request.only || std::find(request.only->begin(), request.only->end(),
                                                      image.name) != request.only->end();
        return !asked || image.kind != store::ImageKind::managed || image.kept_default ||
               needed.contains(image.name) || now_ms - image.created_at_ms < age_ms;
    });
    return images;
}

Prune::Prune(Catalog& catalog, std::filesystem::path templates, PruneRequest request, Needed needed)
    : catalog_(catalog), templates_(std::move(templates)), request_(std::move(request)),
      needed_(std::move(needed)),
      unused_(prunable(catalog_.list(), request_, needed_(), os::now_ms())) {
    for (Image& image : catalog_.list()) {
        if (!has_name(unused_, image.name)) {
            in_use_.images.push_back(std::move(image));
        }
    }
    in_use_.folders = catalog_.used_folders();
    in_use_.stagings = catalog_.stagings().ids();
}

std::vector<Leftover> Prune::find_leftovers() const {
    return image::find_leftovers(catalog_.store(), templates_, in_use_);
}

Pruned Prune::preview(const std::vector<Leftover>& leftovers) const {
    Pruned result{.images = unused_, .leftovers = leftovers};
    for (const Image& image : unused_) {
        result.bytes += image.disk_bytes;
    }
    for (const Leftover& leftover : leftovers) {
        result.bytes += leftover.bytes;
    }
    return result;
}

bool Prune::put_away_one(const Leftover& leftover) const {
    switch (leftover.kind) {
    case Leftover::Kind::folder:
        return catalog_.put_away_unused(leftover.id);
    case Leftover::Kind::staging:
        if (catalog_.stagings().ids().contains(leftover.id) &&
            !in_use_.stagings.contains(leftover.id)) {
            return false;
        }
        catalog_.stagings().drop(leftover.id);
        return true;
    case Leftover::Kind::work_disk:
        if (::unlink(leftover.path.c_str()) == 0) {
            return true;
        }
        if (errno != ENOENT) {
            throw os::errno_error("remove " + leftover.path.string());
        }
        return false;
    }
    return false;
}

Pruned Prune::put_away(const std::vector<Leftover>& leftovers) const {
    Pruned result;
    const auto attempt = [&](const std::string& what, const auto& step) {
        try {
            return step();
        } catch (const Error& error) {
            result.failures.push_back(
                {what, error.what() + (error.hint().empty() ? "" : "; " + error.hint())});
            return false;
        }
    };
    PruneRequest seen = request_;
    seen.only.emplace();
    for (const Image& image : unused_) {
        seen.only->push_back(image.name);
    }
    // A VM may have been made of one meanwhile.
    for (const Image& image : prunable(catalog_.list(), seen, needed_(), os::now_ms())) {
        const bool gone = attempt("image " + image.name, [&] {
            catalog_.remove(image.name, {}, "");
            return true;
        });
        if (gone) {
            result.bytes += image.disk_bytes;
            result.images.push_back(image);
        }
    }
    for (const Leftover& leftover : leftovers) {
        if (attempt(leftover.path.string(), [&] { return put_away_one(leftover); })) {
            result.bytes += leftover.bytes;
            result.leftovers.push_back(leftover);
        }
    }
    return result;
}

} // namespace banger::image
