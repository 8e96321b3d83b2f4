#include "plugin/footprint.hpp"
#include "api/resources/resources.hpp"
#include "plugin/binary.hpp"
#include "vm/host_objects.hpp"
#include "vm/lifecycle.hpp"
#include "vm/machines.hpp"

#include <optional>

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
namespace asio = boost::asio;

namespace {

/// What banger itself holds, as of now.
vm::HostObjects host_objects(const Parts& parts) {
    std::vector<vm::HostObjects::Known> known;
    for (const auto& machine : parts.machines.list()) {
        known.push_back({machine->id(), machine->name(), machine->row.ip,
                         machine->process.has_value() || machine->busy() != nullptr});
    }
    return {parts.settings, std::move(known), parts.lifecycle.jails()};
}

/// An object of a VM that does not exist is stray, whatever its plugin thinks of it.
void mark_strays(json& objects, const vm::Machines& machines) {
    for (json& object : objects) {
        const json vm = object.value("vm", json());
        if (vm.is_string() && machines.find_id(vm.get<std::string>()) == nullptr) {
            object["state"] = "stray";
        }
    }
}

json only_strays(const json& objects) {
    json strays = json::array();
    for (const json& object : objects) {
        if (object.contains("error") || object.value("state", "") == "stray") {
            strays.push_back(object);
        }
    }
    return strays;
}

/// Until a new daemon has taken up the VMs that run, its plugins do not know what these need.
asio::awaitable<void> all_settled(const Parts& parts) {
    for (const auto& machine : parts.machines.list()) {
        co_await parts.lifecycle.settled(machine->name());
    }
}

asio::awaitable<Response> list(const Parts& parts, Request request) {
    std::optional<vm::VmView> view;
    if (const auto name = request.find_query("vm")) {
        co_await parts.lifecycle.settled(*name);
        view = vm::view_of(*parts.machines.get(*name), parts.settings);
    } else {
        co_await all_settled(parts);
    }
    const bool stray = request.flag("stray");
    auto work =
        vm::offload(parts.threads, [&catalog = parts.plugins, view, own = host_objects(parts)] {
            vm::CallContext context;
            const plugin::Footprint footprint(catalog);
            json objects = view ? own.list(view->id) : own.list_all();
            json held = view ? footprint.list(*view, context) : footprint.list_all(context);
            for (json& object : held) {
                objects.push_back(std::move(object));
            }
            return objects;
        });
    json objects = co_await std::move(work);
    mark_strays(objects, parts.machines);
    co_return json_response({{"objects", stray ? only_strays(objects) : std::move(objects)}});
}

asio::awaitable<Response> release(const Parts& parts, Request request) {
    const json object = request.json();
    if (!object.is_object() || !object.contains("plugin") || !object["plugin"].is_string()) {
        throw os::Error(os::ErrorKind::invalid, "to be released: an object with its plugin's id",
                        "give one as GET /v1/footprint lists it");
    }
    co_await all_settled(parts);
    auto work =
        vm::offload(parts.threads, [&catalog = parts.plugins, object, own = host_objects(parts)] {
            if (object["plugin"] == plugin::own_id) {
                own.release(object);
                return;
            }
            vm::CallContext context;
            plugin::Footprint(catalog).release(object, context);
        });
    co_await std::move(work);
    co_return json_response({{"released", object}});
}

} // namespace

void add_footprint(Router& router, const Parts& parts) {
    router.on("GET", "/v1/footprint", [&parts](Request request) -> asio::awaitable<Response> {
        return list(parts, std::move(request));
    });
    router.on("POST", "/v1/footprint/release",
              [&parts](Request request) -> asio::awaitable<Response> {
                  return release(parts, std::move(request));
              });
}

} // namespace banger::api
