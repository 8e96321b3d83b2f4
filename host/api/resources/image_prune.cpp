#include "api/resources/image_json.hpp"
#include "api/resources/resources.hpp"
#include "image/catalog.hpp"
#include "image/prune.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "vm/image_bin.hpp"
#include "vm/machines.hpp"
#include "vm/settings.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

struct Wish {
    image::PruneRequest request;
    bool dry_run = false;
};

Wish wish_of(const json& body) {
    Wish wish;
    for (const auto& [key, value] : body.items()) {
        if (key == "older_than_s" && value.is_number_integer() && value.get<std::int64_t>() >= 0) {
            wish.request.older_than_s = value.get<std::int64_t>();
        } else if (key == "dry_run" && value.is_boolean()) {
            wish.dry_run = value.get<bool>();
        } else if (key == "images" && value.is_array() &&
                   std::all_of(value.begin(), value.end(),
                               [](const json& name) { return name.is_string(); })) {
            wish.request.only = value.get<std::vector<std::string>>();
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
    return wish;
}

/// Of VMs, and what the next one gets.
std::set<std::string> needed_images(const Parts& parts) {
    std::set<std::string> names{default_image(parts)};
    for (const auto& machine : parts.machines.list()) {
        names.insert(machine->row.image);
    }
    return names;
}

json pruned_json(const image::Pruned& pruned) {
    json images = json::array();
    for (const image::Image& image : pruned.images) {
        images.push_back({{"name", image.name},
                          {"created_at", os::to_rfc3339(image.created_at_ms)},
                          {"bytes", image.disk_bytes}});
    }
    json leftovers = json::array();
    for (const image::Leftover& leftover : pruned.leftovers) {
        leftovers.push_back({{"path", leftover.path.string()},
                             {"what", image::to_text(leftover.kind)},
                             {"bytes", leftover.bytes}});
    }
    json failures = json::array();
    for (const image::Pruned::Failure& failure : pruned.failures) {
        failures.push_back({{"what", failure.what}, {"error", failure.why}});
    }
    return {{"images", std::move(images)},
            {"leftovers", std::move(leftovers)},
            {"failures", std::move(failures)},
            {"bytes", pruned.bytes}};
}

asio::awaitable<Response> prune(const Parts& parts, Wish wish) {
    const image::Prune run(parts.images, parts.settings.templates_dir, wish.request,
                           [&parts] { return needed_images(parts); });
    auto look = vm::offload(parts.threads, [&run] { return run.find_leftovers(); });
    const std::vector<image::Leftover> leftovers = co_await std::move(look);
    if (wish.dry_run) {
        co_return json_response(pruned_json(run.preview(leftovers)));
    }
    image::Pruned pruned = run.put_away(leftovers);
    auto emptied = parts.image_bin.empty();
    const std::vector<std::string> problems = co_await std::move(emptied);
    for (const std::string& problem : problems) {
        pruned.failures.push_back({"files of what was deleted", problem});
    }
    for (const image::Image& image : pruned.images) {
        tell_image_change(parts, image.name, "deleted");
    }
    co_return json_response(pruned_json(pruned));
}

} // namespace

void add_image_prune(Router& router, const Parts& parts) {
    router.on("POST", "/v1/image-prune", [&parts](Request request) -> asio::awaitable<Response> {
        auto answer = prune(parts, wish_of(request.json()));
        Response response = co_await std::move(answer);
        co_return response;
    });
}

} // namespace banger::api
