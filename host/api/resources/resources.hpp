#pragma once

#include "api/router.hpp"
#include "vm/offload.hpp"

#include <functional>

#include <nlohmann/json_fwd.hpp>

namespace banger::image {
class Catalog;
}
namespace banger::plugin {
class Actions;
class Catalog;
} // namespace banger::plugin
namespace banger::store {
class Database;
}
namespace banger::vm {
class Capabilities;
class Events;
class ImageBin;
class Lifecycle;
class Machines;
class Operations;
struct Settings;
} // namespace banger::vm

namespace banger::api {

/// What the resources answer from. Everything outlives the router.
struct Parts {
    vm::Threads& threads;
    vm::Threads& actions_threads; ///< of the plugins' verbs, remote calls and panels
    vm::Threads& asking;          ///< of what is asked of all plugins, and of this machine
    vm::Machines& machines;
    vm::Operations& operations;
    vm::Lifecycle& lifecycle;
    vm::Capabilities& capabilities;
    vm::Events& events;
    image::Catalog& images;
    const vm::ImageBin& image_bin;
    plugin::Catalog& plugins;
    plugin::Actions& actions;
    store::Database& database;
    const vm::Settings& settings;

    // Of the daemon itself.
    std::function<nlohmann::json()> version;
    std::function<nlohmann::json()> config;
    std::function<boost::asio::awaitable<nlohmann::json>()> status;
    std::function<boost::asio::awaitable<nlohmann::json>()> doctor;
    std::function<void()> stop;
};

/// The answer of GET /v1/vm-options, which the CLI also reads from a file when no daemon runs.
[[nodiscard]] nlohmann::json options_json(const vm::Capabilities& capabilities);

// Each puts the handlers of one resource into the router. [loop]
void add_vms(Router& router, const Parts& parts);
void add_consoles(Router& router, const Parts& parts);
void add_exec(Router& router, const Parts& parts);
void add_images(Router& router, const Parts& parts);
void add_image_stagings(Router& router, const Parts& parts); ///< and the images they become
void add_image_prune(Router& router, const Parts& parts);
void add_operations(Router& router, const Parts& parts);
void add_events(Router& router, const Parts& parts);
void add_plugins(Router& router, const Parts& parts);
void add_footprint(Router& router, const Parts& parts);
void add_ssh_config(Router& router, const Parts& parts);
void add_daemon(Router& router, const Parts& parts);

} // namespace banger::api
