#include "api/resources/image_json.hpp"
#include "api/resources/resources.hpp"
#include "image/catalog.hpp"
#include "image/leftovers.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "vm/image_bin.hpp"
#include "vm/settings.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

struct PruneRequest {
    std::int64_t older_than_s = 30 * 86'400LL;
    bool dry_run = false;
    std::optional<std::vector<std::string>> only; ///< of the images these
};

PruneRequest prune_request(const json& body) {
    PruneRequest request;
    for (const auto& [key, value] : body.items()) {
        if (key == "older_than_s" && value.is_number_integer() && value.get<std::int64_t>() >= 0) {
            request.older_than_s = value.get<std::int64_t>();
        } else if (key == "dry_run" && value.is_boolean()) {
            request.dry_run = value.get<bool>();
        } else if (key == "images" && value.is_array() &&
                   std::all_of(value.begin(), value.end(),
                               [](const json& name) { return name.is_string(); })) {
            request.only = value.get<std::vector<std::string>>();
        } else if (key == "older_than_s" || key == "dry_run" || key == "images") {
            throw Error(ErrorKind::invalid, key == "dry_run" ? "dry_run must be true or false"
                                            : key == "older_than_s"
                                                ? "older_than_s must be a number of seconds"
                                                : "images must be a list of names");
        } else {
            throw Error(ErrorKind::invalid, "unknown member '" + key + "' in the request",
                        "there are: older_than_s, dry_run, images");
        }
    }
    return request;
}

/// Managed images that no VM uses, that are not the default and that are old enough.
std::vector<image::Image> unused_images(const Parts& parts, const PruneRequest& request) {
    const std::int64_t age_ms =
        std::min(request.older_than_s, std::numeric_limits<std::int64_t>::max() / 1000) * 1000;
    const std::string standard = standard_image(parts);
    std::vector<image::Image> unused;
    for (image::Image& image : parts.images.list()) {
        const bool asked = !request.only || std::find(request.only->begin(), request.only->end(),
                                                      image.name) != request.only->end();
        if (asked && image.kind == "managed" && !image.standard && image.name != standard &&
            os::now_ms() - image.created_at_ms >= age_ms &&
            image_users(parts, image.name).empty()) {
            unused.push_back(std::move(image));
        }
    }
    return unused;
}

image::InUse in_use(const Parts& parts, const std::vector<image::Image>& unused) {
    image::InUse facts;
    for (image::Image& image : parts.images.list()) {
        if (std::none_of(unused.begin(), unused.end(),
                         [&](const image::Image& each) { return each.name == image.name; })) {
            facts.images.push_back(std::move(image));
        }
    }
    facts.folders = parts.images.used_folders();
    facts.stagings = parts.images.open_stagings();
    return facts;
}

/// What became used since it was looked at stays. True when it is out of the way.
bool put_away(const Parts& parts, const image::InUse& before, const image::Leftover& leftover) {
    switch (leftover.kind) {
    case image::Leftover::Kind::folder:
        return parts.images.put_away_unused(leftover.id);
    case image::Leftover::Kind::staging:
        if (parts.images.open_stagings().contains(leftover.id) &&
            !before.stagings.contains(leftover.id)) {
            return false;
        }
        parts.images.drop_staging(leftover.id);
        return true;
    case image::Leftover::Kind::template_:
        return ::unlink(leftover.path.c_str()) == 0;
    }
    return false;
}

asio::awaitable<Response> prune(const Parts& parts, PruneRequest request) {
    std::vector<image::Image> unused = unused_images(parts, request);
    const image::InUse before = in_use(parts, unused);
    auto look = vm::offload(parts.threads, [&parts, &before] {
        return image::find_leftovers(parts.images.store(), parts.settings.templates_dir, before);
    });
    const std::vector<image::Leftover> leftovers = co_await std::move(look);
    if (!request.dry_run) { // a VM may have been made of one meanwhile
        std::vector<std::string> names;
        for (const image::Image& image : unused) {
            names.push_back(image.name);
        }
        request.only = names;
        unused = unused_images(parts, request);
    }
    std::uint64_t freed = 0;
    json images = json::array();
    for (const image::Image& image : unused) {
        if (!request.dry_run) {
            parts.images.remove(image.name, {}, standard_image(parts));
        }
        freed += image.disk_bytes;
        images.push_back({{"name", image.name},
                          {"created_at", os::to_rfc3339(image.created_at_ms)},
                          {"bytes", image.disk_bytes}});
    }
    json others = json::array();
    for (const image::Leftover& leftover : leftovers) {
        if (request.dry_run || put_away(parts, before, leftover)) {
            freed += leftover.bytes;
            others.push_back({{"path", leftover.path.string()},
                              {"what", image::to_text(leftover.kind)},
                              {"bytes", leftover.bytes}});
        }
    }
    if (!request.dry_run) {
        auto emptied = parts.image_bin.empty();
        co_await std::move(emptied);
    }
    co_return json_response(
        {{"images", std::move(images)}, {"leftovers", std::move(others)}, {"bytes", freed}});
}

} // namespace

void add_image_prune(Router& router, const Parts& parts) {
    router.on("POST", "/v1/image-prune", [&parts](Request request) -> asio::awaitable<Response> {
        auto answer = prune(parts, prune_request(request.json()));
        Response response = co_await std::move(answer);
        co_return response;
    });
}

} // namespace banger::api
