#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/process.hpp"

#include <boost/asio/detached.hpp>

#include <csignal>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::vm::test {
namespace fs = std::filesystem;

namespace {

/// Plans nothing: the stand-in for banger-vm does not read it.
class FakeVmm final : public vmm::Hypervisor {
  public:
    FakeVmm() {
        probe_.driver = "qemu";
        probe_.usable = true;
        probe_.accel = "tcg";
    }
    [[nodiscard]] std::string_view name() const noexcept override { return "qemu"; }
    [[nodiscard]] const vmm::Probe& probe() const noexcept override { return probe_; }
    [[nodiscard]] vmm::Capabilities capabilities() const noexcept override {
        vmm::Capabilities can;
        can.vhost_vsock = true;
        can.packed_kernel = true;
        return can;
    }
    [[nodiscard]] vmm::SupervisorPlan plan(const vmm::LaunchSpec& spec) const override {
        vmm::SupervisorPlan plan;
        plan.id = spec.id;
        plan.name = spec.name;
        plan.driver = "qemu";
        plan.accel = "tcg";
        plan.dir = spec.dir;
        plan.run_dir = spec.run_dir;
        plan.argv = {"vmm"};
        plan.vsock = spec.vsock;
        return plan;
    }

  private:
    vmm::Probe probe_;
};

Settings settings_of(const fs::path& data, const fs::path& run) {
    Settings settings;
    settings.vms_dir = data / "vms";
    settings.run_dir = run;
    settings.templates_dir = data / "templates";
    settings.images_dir = data / "images";
    settings.image_store = data / "image-store";
    settings.image_tool = data / "banger-image"; // there when a test makes one
    settings.banger_vm = BANGER_FAKE_VM;
    settings.subnet = net::Subnet::parse("10.9.8.0/24");
    settings.network_required = false;
    settings.vhost_vsock = data / "vhost-vsock";
    settings.disk_mib = 64;
    settings.work_disk_mib = 64;
    return settings;
}

} // namespace

nlohmann::json FakeCapabilities::checked_options(const nlohmann::json& options) const {
    return options;
}

World::World(const fs::path& data, const fs::path& run, const Plugins& make)
    : log([](std::string_view, const std::string& text) { ADD_FAILURE() << text; }),
      settings(settings_of(data, run)), database(data / "banger.sqlite"),
      journal(data / "banger.sqlite"), plugins(make ? make(journal) : nullptr),
      reserve(data / "reserve"), catalog(images, reserve, data / "bundle", data / "image-store"),
      image_bin(threads, catalog.store(), reserve,
                [this](std::string_view level, const std::string& text) { log(level, text); }),
      lifecycle({threads, machines, operations, plugins ? *plugins : capabilities, catalog, journal,
                 reserve, events, settings,
                 [] {
                     auto vmms = std::make_shared<vmm::Hypervisors>();
                     vmms->push_back(std::make_unique<FakeVmm>());
                     return vmms;
                 },
                 [this](std::string_view level, const std::string& text) { log(level, text); },
                 Jails{{}, [this](const std::string&) { clean_jail(); }}}) {
    machines.load();
}

World::~World() {
    pool.join();
}

void World::make_bundle(const fs::path& dir) {
    os::make_private_dir(dir);
    os::write_file_atomic(dir / "bundle.json",
                          R"({"version":1,"kernel":{"version":"6.1","vmlinuz":"vmlinuz"},
                              "initramfs":"initramfs.img","work_seed":"work-seed.ext4",
                              "rootfs":{"name":"debian","path":"rootfs.ext4"},
                              "ssh_key":"id_ed25519"})");
    for (const char* name :
         {"vmlinuz", "initramfs.img", "work-seed.ext4", "rootfs.ext4", "id_ed25519"}) {
        os::write_file_atomic(dir / name, name);
    }
    os::write_file_atomic(dir / "id_ed25519.pub", "ssh-ed25519 AAAA\n");
    fs::resize_file(dir / "work-seed.ext4", 64U << 20U);
}

void World::adopt() {
    bool adopted = false;
    asio::co_spawn(loop, lifecycle.adopt_all(), [&](std::exception_ptr error) {
        EXPECT_FALSE(error);
        adopted = true;
    });
    EXPECT_TRUE(wait([&] { return adopted; }));
}

void World::finish(const Lifecycle::Started& operation) {
    EXPECT_TRUE(wait([&] { return operation->finished(); })) << operation->to_json();
}

void World::ask(asio::awaitable<void> question) {
    bool over = false;
    std::exception_ptr refusal;
    asio::co_spawn(loop, std::move(question), [&](std::exception_ptr error) {
        refusal = std::move(error);
        over = true;
    });
    EXPECT_TRUE(wait([&] { return over; }));
    if (refusal) {
        std::rethrow_exception(refusal);
    }
}

bool World::wait(const std::function<bool()>& done, std::chrono::seconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!done() && std::chrono::steady_clock::now() < deadline) {
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds(100));
    }
    return done();
}

std::shared_ptr<Machine> World::create(const std::string& name) {
    CreateRequest request;
    request.name = name;
    const auto operation = lifecycle.create(request);
    finish(operation);
    EXPECT_EQ(operation->state(), OperationState::succeeded) << operation->to_json();
    return machines.get(name);
}

void end(const Machine& machine) {
    if (machine.process) {
        os::end_process(machine.process->vmm(), std::chrono::seconds(0));
        os::end_process(machine.process->supervisor(), std::chrono::seconds(0));
    }
}

} // namespace banger::vm::test
