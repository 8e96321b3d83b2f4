#include "api/resources/resources.hpp"

#include "image/boot_files.hpp"
#include "image/catalog.hpp"
#include "os/error.hpp"
#include "vm/machines.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

std::vector<std::string> users_of(const vm::Machines& machines, const std::string& image) {
    std::vector<std::string> names;
    for (const auto& machine : machines.list()) {
        if (machine->row.image == image) {
            names.push_back(machine->name());
        }
    }
    return names;
}

/// VMs of the image that keep the base of an earlier build.
json on_older_base(const Parts& parts, const image::Image& image) {
    const image::BootFiles files(parts.settings.images_dir);
    json names = json::array();
    for (const auto& machine : parts.machines.list()) {
        const auto dir = vm::MachinePaths(parts.settings, *machine).dir;
        if (machine->row.image == image.name && !files.is_current(dir, image)) {
            names.push_back(machine->name());
        }
    }
    return names;
}

json shown(const image::Image& image, const Parts& parts) {
    json document = image::to_json(image);
    const std::string& standard = parts.settings.image;
    document["default"] = standard.empty() ? image.kind == "bundle" : image.name == standard;
    document["used_by"] = users_of(parts.machines, image.name);
    document["older_base"] = on_older_base(parts, image);
    return document;
}

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
        } else {
            throw Error(ErrorKind::invalid, "unknown member '" + key + "' in the request",
                        "there are: rootfs, kernel, initrd, modules");
        }
    }
    return result;
}

} // namespace

void add_images(Router& router, const Parts& parts) {
    router.on("GET", "/v1/images", [&parts](Request) -> asio::awaitable<Response> {
        json images = json::array();
        for (const image::Image& image : parts.images.list()) {
            images.push_back(shown(image, parts));
        }
        co_return json_response({{"images", std::move(images)}});
    });
    router.on("GET", "/v1/images/{name}", [&parts](Request request) -> asio::awaitable<Response> {
        co_return json_response(shown(parts.images.get(request.param("name")), parts));
    });
    router.on("PUT", "/v1/images/{name}", [&parts](Request request) -> asio::awaitable<Response> {
        co_return json_response(
            shown(parts.images.register_image(request.param("name"), registration(request.json())),
                  parts));
    });
    router.on("DELETE", "/v1/images/{name}",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const std::string& name = request.param("name");
                  parts.images.remove(name, users_of(parts.machines, name));
                  co_return json_response({{"deleted", name}});
              });
}

} // namespace banger::api
