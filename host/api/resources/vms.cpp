#include "api/resources/resources.hpp"

#include "image/boot_files.hpp"
#include "image/catalog.hpp"
#include "os/error.hpp"
#include "vm/guest_session.hpp"
#include "vm/lifecycle.hpp"
#include "vm/machines.hpp"
#include "vm/ssh.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

constexpr int accepted = 202;

/// What `begin` begins was asked for by the caller.
Response begun(const Parts& parts, const Request& request, const auto& begin) {
    const vm::Operations::Asker asker(parts.operations, request.caller);
    return json_response(begin()->to_json(), accepted);
}

void check_running(const vm::Machine& machine) {
    if (machine.state == vm::State::paused) {
        throw vm::paused_error(machine);
    }
    if (machine.is_undone()) {
        const bool made = machine.state == vm::State::starting;
        throw Error(ErrorKind::conflict,
                    "VM " + machine.name() + " does not come up: its " +
                        (made ? "start" : "create") + " is being undone",
                    "when that is done (banger op watch " + machine.busy()->id() + "): banger vm " +
                        (made ? "start " : "create --name ") + machine.name());
    }
    if (machine.state != vm::State::running) {
        const bool comes =
            machine.state == vm::State::creating || machine.state == vm::State::starting;
        throw Error(
            ErrorKind::conflict,
            "VM " + machine.name() + " is " + std::string(vm::to_string(machine.state)),
            (comes ? "wait for it with: banger vm wait " : "start it with: banger vm start ") +
                machine.name());
    }
}

constexpr std::int64_t longest_wait_s = 86400; ///< a day

/// Waits until the VM is in the wanted state, has gone a way that does not lead there, or the time
/// is over.
asio::awaitable<Response> wait_for(const Parts& parts, Request request) {
    const auto machine = parts.machines.get(request.param("name"));
    const std::string wanted = request.find_query("state").value_or("ready");
    const auto seconds = request.find_number("timeout_s", 0, longest_wait_s).value_or(60);
    const auto target = wanted == "ready" ? vm::State::running : vm::find_state(wanted);
    if (!target && wanted != "deleted") {
        throw Error(ErrorKind::invalid, "unknown state '" + wanted + "'",
                    "take ready, running, stopped or deleted");
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    const auto reached = [&] {
        return target ? machine->state == *target && !machine->deleted : machine->deleted;
    };
    while (!reached()) {
        if (machine->deleted) {
            throw Error(ErrorKind::not_found, "VM " + machine->name() + " was deleted");
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Error(ErrorKind::timeout, "VM " + machine->name() + " is " +
                                                std::string(vm::to_string(machine->state)) +
                                                ", not " + wanted + ", after " +
                                                std::to_string(seconds) + " s");
        }
        co_await machine->changed(deadline);
    }
    co_return json_response(target ? vm::to_json(*machine, parts.settings)
                                   : json{{"deleted", machine->name()}});
}

/// What the VM boots from at its next start, as of_vm() will have it.
asio::awaitable<Response> boot_files(const Parts& parts, std::string name) {
    const auto machine = parts.machines.get(name);
    auto work = vm::offload(parts.threads, [files = image::BootFiles(parts.settings.images_dir),
                                            dir = vm::MachinePaths(parts.settings, *machine).dir,
                                            current = parts.images.find(machine->row.image)] {
        return files.at_next_start(dir, current);
    });
    const image::Image image = co_await std::move(work);
    const auto text = [](const std::string& words) {
        return words.empty() ? json(nullptr) : json(words);
    };
    co_return json_response({{"image", image.name},
                             {"kernel_version", text(image.kernel_version)},
                             {"kernel", text(image.kernel)},
                             {"kernel_elf", text(image.kernel_elf)},
                             {"initrd", text(image.initramfs)},
                             {"modules", text(image.modules)}});
}

void add_reads(Router& router, const Parts& parts) {
    router.on("GET", "/v1/vms", [&parts](Request) -> asio::awaitable<Response> {
        json vms = json::array();
        for (const auto& machine : parts.machines.list()) {
            vms.push_back(vm::to_json(*machine, parts.settings));
        }
        co_return json_response({{"vms", std::move(vms)}});
    });
    router.on("GET", "/v1/vms/{name}", [&parts](Request request) -> asio::awaitable<Response> {
        co_return json_response(
            vm::to_json(*parts.machines.get(request.param("name")), parts.settings));
    });
    router.on("GET", "/v1/vms/{name}/guest-config",
              [&parts](Request request) -> asio::awaitable<Response> {
                  auto asked = parts.lifecycle.guest_config(request.param("name"));
                  const json shown = co_await std::move(asked);
                  co_return json_response(shown);
              });
    router.on("GET", "/v1/vms/{name}/boot-files",
              [&parts](Request request) { return boot_files(parts, request.param("name")); });
    router.on("GET", "/v1/vms/{name}/ssh", [&parts](Request request) -> asio::awaitable<Response> {
        const auto machine = parts.machines.get(request.param("name"));
        check_running(*machine);
        const vm::GuestSession about_to_begin(machine); // it is not idle from now on
        co_return json_response(
            vm::to_json(vm::ssh_access(*machine, parts.settings, parts.images.bundle().ssh_key)));
    });
    router.on("GET", "/v1/vms/{name}/wait",
              [&parts](Request request) { return wait_for(parts, std::move(request)); });
    router.on("GET", "/v1/vm-options", [&parts](Request) -> asio::awaitable<Response> {
        co_return json_response(options_json(parts.capabilities));
    });
}

void add_changes(Router& router, const Parts& parts) {
    router.on("POST", "/v1/vms", [&parts](Request request) -> asio::awaitable<Response> {
        const vm::CreateRequest wanted = vm::create_request(request.json());
        if (request.flag("dry_run")) {
            auto asked = parts.lifecycle.preview(wanted);
            const json shown = co_await std::move(asked);
            co_return json_response(shown);
        }
        co_await parts.lifecycle.check(wanted);
        parts.operations.require_open(); // it may have ended meanwhile
        co_return begun(parts, request, [&] { return parts.lifecycle.create(wanted); });
    });
    // Every change of a VM waits first for what the daemon itself has to do with it, and is refused
    // before it begins where only plugins can tell.
    const auto checked = [&](const char* method, const char* path, auto check, auto begin) {
        router.on(method, path,
                  [&parts, check, begin](Request request) -> asio::awaitable<Response> {
                      const std::string name = request.param("name");
                      co_await parts.lifecycle.settled(name);
                      auto asked = check(parts.lifecycle, name, request);
                      co_await std::move(asked);
                      parts.operations.require_open(); // it may have ended meanwhile
                      co_return begun(parts, request,
                                      [&] { return begin(parts.lifecycle, name, request); });
                  });
    };
    const auto change = [&](const char* method, const char* path, auto begin) {
        router.on(method, path, [&parts, begin](Request request) -> asio::awaitable<Response> {
            co_await parts.lifecycle.settled(request.param("name"));
            parts.operations.require_open(); // it may have ended meanwhile
            co_return begun(parts, request,
                            [&] { return begin(parts.lifecycle, request.param("name"), request); });
        });
    };
    const auto check_start = [](auto& lifecycle, auto& name, auto&) {
        return lifecycle.check_start(name);
    };
    checked(
        "PATCH", "/v1/vms/{name}",
        [](auto& lifecycle, auto& name, auto& request) {
            return lifecycle.check_set(name, vm::set_request(request.json()).options);
        },
        [](auto& lifecycle, auto& name, auto& request) {
            return lifecycle.set(name, vm::set_request(request.json()));
        });
    change("DELETE", "/v1/vms/{name}", [](auto& lifecycle, auto& name, auto& request) {
        return lifecycle.remove(name, request.flag("force"));
    });
    checked("POST", "/v1/vms/{name}/start", check_start,
            [](auto& lifecycle, auto& name, auto& request) {
                return lifecycle.start(name, vm::start_timeout(request.json()));
            });
    change("POST", "/v1/vms/{name}/stop", [](auto& lifecycle, auto& name, auto& request) {
        return lifecycle.stop(name, vm::stop_request(request.json()));
    });
    checked("POST", "/v1/vms/{name}/restart", check_start,
            [](auto& lifecycle, auto& name, auto& request) {
                return lifecycle.restart(name, vm::stop_request(request.json()));
            });
    change("POST", "/v1/vms/{name}/kill",
           [](auto& lifecycle, auto& name, auto&) { return lifecycle.kill(name); });
    change("POST", "/v1/vms/{name}/trim",
           [](auto& lifecycle, auto& name, auto&) { return lifecycle.trim(name); });
}

} // namespace

json options_json(const vm::Capabilities& capabilities) {
    json options = json::array();
    for (const vm::OptionSpec& option : capabilities.options()) {
        const json schema = json::parse(option.schema_json, nullptr, false);
        const json empty = json::object();
        const json& facts = schema.is_object() ? schema : empty;
        json entry = {{"plugin", option.plugin},
                      {"name", option.name},
                      {"flag", option.flag},
                      {"type", facts.value("type", "string")},
                      {"default", facts.contains("default") ? facts["default"] : json(nullptr)},
                      {"live", option.live},
                      {"description", option.description}};
        if (facts.contains("enum")) {
            entry["enum"] = facts["enum"];
        }
        if (facts.contains("x-path") ||
            (facts.contains("items") && facts["items"].contains("x-path"))) {
            entry["path"] = true;
        }
        if (facts.contains("x-short-flag")) {
            entry["short"] = facts["x-short-flag"];
        }
        options.push_back(std::move(entry));
    }
    return {{"options", std::move(options)}};
}

void add_vms(Router& router, const Parts& parts) {
    add_reads(router, parts);
    add_changes(router, parts);
}

} // namespace banger::api
