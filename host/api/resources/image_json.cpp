#include "api/resources/image_json.hpp"

#include "image/boot_files.hpp"
#include "image/catalog.hpp"
#include "vm/events.hpp"
#include "vm/machines.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;

namespace {

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

} // namespace

std::vector<std::string> image_users(const Parts& parts, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& machine : parts.machines.list()) {
        if (machine->row.image == name) {
            names.push_back(machine->name());
        }
    }
    return names;
}

std::string default_image(const Parts& parts) {
    return parts.images.default_name(parts.settings.image);
}

json image_json(const Parts& parts, const image::Image& image, const std::string& default_name) {
    json document = image::to_json(image);
    document["default"] = image.name == default_name;
    document["used_by"] = image_users(parts, image.name);
    document["older_base"] = on_older_base(parts, image);
    return document;
}

void tell_image_change(const Parts& parts, const std::string& name, const char* change) {
    parts.events.publish("image", {{"image", name}, {"change", change}});
}

} // namespace banger::api
