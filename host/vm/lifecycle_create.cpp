#include "vm/lifecycle.hpp"

#include "net/mac.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/random.hpp"
#include "store/hook_journal.hpp"
#include "vm/identity.hpp"
#include "vm/left_over.hpp"
#include "vm/name.hpp"
#include "vm/seeding.hpp"

#include <algorithm>
#include <exception>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;

namespace {

store::VmRow new_row(const CreateRequest& request, const Settings& settings,
                     const image::Image& image, const json& options) {
    store::VmRow row;
    row.id = os::random_hex(6);
    row.mac = net::Mac::derive(row.id).text();
    row.image = image.name;
    row.vcpus = request.vcpus.value_or(settings.vcpus);
    row.memory_mib = request.memory_mib.value_or(static_cast<std::int64_t>(settings.memory_mib));
    row.disk_mib = request.disk_mib.value_or(static_cast<std::int64_t>(settings.disk_mib));
    row.work_disk_mib =
        request.work_disk_mib.value_or(static_cast<std::int64_t>(settings.work_disk_mib));
    row.disk_mode = request.disk_mode.value_or(settings.disk_mode);
    row.vmm = request.vmm.value_or(settings.vmm);
    row.disk_bytes_per_s = settings.limits.disk_bytes;
    row.disk_ops_per_s = settings.limits.disk_ops;
    row.network_bytes_per_s = settings.limits.network_bytes;
    request.limits.apply(row);
    row.autostart = settings.autostart;
    row.idle_stop_s = settings.idle_stop.count();
    row.max_lifetime_s = settings.max_lifetime.count();
    request.policy.apply(row);
    row.options = options.dump();
    row.created_at = os::now_ms();
    return row;
}

/// Sizes that nobody asked for follow the settings, and the image where it needs more.
void fit_sizes(store::VmRow& row, const CreateRequest& request, const image::Image& image) {
    const image::DiskSizes least = image::Disks::least(image, image::disk_mode(row.disk_mode));
    if (!request.disk_mib) {
        row.disk_mib = std::max(row.disk_mib, static_cast<std::int64_t>(least.root_mib));
    }
    if (!request.work_disk_mib) {
        row.work_disk_mib = std::max(row.work_disk_mib, static_cast<std::int64_t>(least.work_mib));
    }
}

image::DiskSizes sizes_of(const store::VmRow& row) {
    return {.root_mib = static_cast<std::uint64_t>(row.disk_mib),
            .work_mib = static_cast<std::uint64_t>(row.work_disk_mib)};
}

} // namespace

Lifecycle::Plan Lifecycle::planned(const CreateRequest& request) const {
    const std::string named = request.image.value_or("");
    const image::Image image = parts_.catalog.get(
        named.empty() ? parts_.catalog.default_name(parts_.settings.image) : named);
    image::check_files(image);
    const json options = parts_.capabilities.checked_options(request.options);
    store::VmRow row = new_row(request, parts_.settings, image, options);
    check_resources(row.vcpus, row.memory_mib);
    fit_sizes(row, request, image);
    image::Disks::check(image, image::disk_mode(row.disk_mode), sizes_of(row));
    if (request.name) {
        check_name(*request.name);
        parts_.machines.require_free(*request.name);
        row.name = *request.name;
    }
    require_network();
    return {image, std::move(row)};
}

Lifecycle::Started Lifecycle::create(const CreateRequest& request) {
    Machines& machines = parts_.machines;
    auto [image, row] = planned(request);
    if (!request.name) {
        row.name =
            make_name([&](const std::string& name) { return machines.find(name) != nullptr; });
    }
    const Ptr machine = machines.insert(std::move(row));
    const auto limit = request.timeout.value_or(parts_.settings.create_timeout);
    return begin(
        "create", machine,
        [this, machine, image = std::move(image), limit](Operation& self) -> asio::awaitable<json> {
            const auto deadline = std::chrono::steady_clock::now() + limit;
            std::exception_ptr failure;
            try {
                co_await make(self, machine, image);
                co_await bring_up(self, machine, deadline);
                co_await keep_copy(machine);
            } catch (...) {
                failure = std::current_exception();
            }
            if (failure) {
                begin_rollback(self);
                co_await discard(self, machine);
                throw_failed(failure, *machine, parts_.journal);
            }
            co_return json{{"vm", to_json(*machine, parts_.settings)}};
        });
}

asio::awaitable<void> Lifecycle::make(Operation& operation, Ptr machine, image::Image image) {
    const MachinePaths paths(parts_.settings, *machine);
    auto seeding = with_work_seed(parts_.threads, operation, parts_.settings, std::move(image));
    image = co_await std::move(seeding);
    operation.stage("disks");
    co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
        capabilities.run(Hook::before_create, view, context);
    });
    const store::VmRow row = machine->row;
    auto work = offload(parts_.threads, [this, paths, row, image] {
        os::make_private_dir(paths.dir);
        make_identity(paths, host_key_alias(row.id));
        const image::DiskMode mode = image::disk_mode(row.disk_mode);
        boot_files_.keep(image, mode, paths.dir);
        disks_.make(image, mode, sizes_of(row), paths.dir);
    });
    co_await std::move(work);
    co_await plugins(operation, machine, [](auto& capabilities, auto& view, auto& context) {
        capabilities.run(Hook::after_create, view, context);
    });
}

asio::awaitable<void> Lifecycle::discard(Operation& operation, Ptr machine) {
    bool clean = co_await take_down(operation, machine, Phase::create);
    if (machine->ended) {
        auto work = offload(parts_.threads, [dir = MachinePaths(parts_.settings, *machine).dir] {
            return os::try_remove_tree(dir);
        });
        const auto problem = co_await std::move(work);
        if (problem) {
            operation.log("error", problem->what());
            machine->row.warnings = json::array({problem->what()}).dump();
            clean = false;
        }
    }
    if (!clean) {
        hold(machine);
        co_return;
    }
    parts_.journal.forget(machine->id());
    parts_.machines.erase(*machine);
    co_await collect_images();
}

} // namespace banger::vm
