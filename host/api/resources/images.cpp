#include "api/resources/image_json.hpp"
#include "api/resources/resources.hpp"
#include "image/catalog.hpp"
#include "image/leftovers.hpp"
#include "os/error.hpp"
#include "vm/image_bin.hpp"
#include "vm/settings.hpp"

#include <filesystem>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

image::Registration registration(const json& body) {
    image::Registration result;
    for (const auto& [key, value] : body.items()) {
        if (value.is_null()) {
            continue;
        }
        if (!value.is_string()) {
            throw Error(ErrorKind::invalid, key + " must be a path");
        }
        if (key == "rootfs") {
            result.rootfs = value.get<std::string>();
        } else if (key == "kernel") {
            result.kernel = value.get<std::string>();
        } else if (key == "initrd") {
            result.initramfs = value.get<std::string>();
        } else if (key == "modules") {
            result.modules = value.get<std::string>();
        } else if (key == "work_seed") {
            result.work_seed = value.get<std::string>();
        } else {
            throw Error(ErrorKind::invalid, "unknown member '" + key + "' in the request",
                        "there are: rootfs, kernel, initrd, modules, work_seed");
        }
    }
    return result;
}

std::string wanted_default(const json& body) {
    if (body.size() != 1 || !body.contains("name") || !body["name"].is_string()) {
        throw Error(ErrorKind::invalid,
                    "name must be the name of an image, and nothing else given");
    }
    return body["name"].get<std::string>();
}

/// What is kept, what counts, and what of the configuration wins over it.
json default_json(const Parts& parts) {
    const std::string& configured = parts.settings.image;
    return {{"kept", parts.images.kept_default()},
            {"default", default_image(parts)},
            {"config", configured.empty() ? json(nullptr) : json(configured)}};
}

/// Its templates are what only it needs, as long as its files say which.
asio::awaitable<void> remove_image(const Parts& parts, std::string name) {
    image::InUse in_use{parts.images.list(), parts.images.used_folders(),
                        parts.images.stagings().ids()};
    auto look = vm::offload(parts.threads, [&parts, in_use = std::move(in_use), name] {
        return image::templates_of(parts.images.store(), parts.settings.templates_dir, in_use,
                                   name);
    });
    const std::vector<fs::path> templates = co_await std::move(look);
    parts.images.remove(name, image_users(parts, name), default_image(parts));
    auto unlink = vm::offload(parts.threads, [templates] {
        for (const fs::path& file : templates) {
            std::error_code code; // what stays is a leftover, which prune finds
            fs::remove(file, code);
        }
    });
    co_await std::move(unlink);
    auto emptied = parts.image_bin.empty(); // put away it is already
    co_await std::move(emptied);
}

} // namespace

void add_images(Router& router, const Parts& parts) {
    router.on("GET", "/v1/images", [&parts](Request) -> asio::awaitable<Response> {
        const std::string default_name = default_image(parts);
        json images = json::array();
        for (const image::Image& image : parts.images.list()) {
            images.push_back(image_json(parts, image, default_name));
        }
        co_return json_response({{"images", std::move(images)}});
    });
    router.on("GET", "/v1/images/{name}", [&parts](Request request) -> asio::awaitable<Response> {
        co_return json_response(
            image_json(parts, parts.images.get(request.param("name")), default_image(parts)));
    });
    router.on("PUT", "/v1/images/{name}", [&parts](Request request) -> asio::awaitable<Response> {
        const image::Image image =
            parts.images.register_image(request.param("name"), registration(request.json()));
        tell_image_change(parts, image.name, "registered");
        co_return json_response(image_json(parts, image, default_image(parts)));
    });
    router.on("DELETE", "/v1/images/{name}",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const std::string name = request.param("name");
                  auto removed = remove_image(parts, name);
                  co_await std::move(removed);
                  tell_image_change(parts, name, "deleted");
                  co_return json_response({{"deleted", name}});
              });
    router.on("GET", "/v1/image-default", [&parts](Request) -> asio::awaitable<Response> {
        co_return json_response(default_json(parts));
    });
    router.on("PUT", "/v1/image-default", [&parts](Request request) -> asio::awaitable<Response> {
        const std::string name = wanted_default(request.json());
        parts.images.set_default(name);
        tell_image_change(parts, name, "default");
        co_return json_response(default_json(parts));
    });
}

} // namespace banger::api
