#include "integration/firecracker/fake_machine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"
#include "support/fake_firecracker/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <thread>

namespace banger::test {
using nlohmann::json;
using supervisor::Supervised;
using Names = std::vector<std::string>;

namespace {

vmm::ApiRequest put(const std::string& path, const json& body) {
    return {"PUT", path, body.dump()};
}

std::vector<vmm::ApiRequest> requests_of(const vmm::SupervisorPlan& plan) {
    return {put("/machine-config", {{"vcpu_count", 1}, {"mem_size_mib", 128}}),
            put("/boot-source", {{"kernel_image_path", "vmlinux"},
                                 {"initrd_path", "initrd.img"},
                                 {"boot_args", "console=ttyS0 reboot=k"}}),
            put("/drives/base", {{"drive_id", "base"},
                                 {"path_on_host", "base.img"},
                                 {"is_root_device", false},
                                 {"is_read_only", true}}),
            put("/drives/work", {{"drive_id", "work"},
                                 {"path_on_host", "work.img"},
                                 {"is_root_device", false},
                                 {"is_read_only", false},
                                 {"cache_type", "Writeback"}}),
            put("/vsock", {{"guest_cid", 3},
                           {"uds_path", vmm::RunFolder{plan.run_dir}.vmm_vsock().string()}}),
            put("/entropy", json::object()),
            put("/balloon", {{"amount_mib", 0}, {"deflate_on_oom", true}}),
            put("/actions", {{"action_type", "InstanceStart"}})};
}

} // namespace

FakeMachine::FakeMachine() : dir_("bgr-fc") {
    plan.id = "0123456789ab";
    plan.name = "test";
    plan.driver = "firecracker";
    plan.accel = "kvm";
    plan.control = vmm::Control::firecracker;
    plan.dir = dir_.path() / "vm";
    plan.run_dir = dir_.path() / "run";
    const vmm::RunFolder run{plan.run_dir};
    plan.argv = {
        BANGER_FAKE_FIRECRACKER, "--id",    plan.id,  "--api-sock", run.vmm_api(), "--log-path",
        run.vmm_log(),           "--level", "Warning"};
    plan.version = firecracker::Script().version;
    plan.requests = requests_of(plan);
    plan.disks = {{"work", "work", "work.img"}};
    plan.images = {{"base.img", true}, {"work.img", false}};
    plan.console_path = plan.dir / "console.log";
    plan.console_max_bytes = 1U << 20U;
    os::make_private_dir(plan.dir);
    os::make_private_dir(plan.run_dir);
    for (const char* name : {"vmlinux", "initrd.img", "base.img", "work.img"}) {
        os::write_file_atomic(plan.dir / name, std::string(4096, '\0'));
    }
}

FakeMachine::~FakeMachine() {
    for (const Supervised& started : launched_) {
        try {
            started.kill();
        } catch (const os::Error& error) {
            std::fprintf(stderr, "clean up: %s\n", error.what());
        }
    }
}

Supervised FakeMachine::launch() {
    os::write_file_atomic(plan.dir / firecracker::Script::file, script.dump());
    launched_.push_back(supervisor::launch(plan, BANGER_VM, patience));
    return launched_.back();
}

std::string FakeMachine::refusal() {
    std::string told = "it was started";
    try {
        (void)launch();
    } catch (const os::Error& error) {
        told = std::string(os::to_string(error.kind())) + ": " + error.what();
    }
    EXPECT_EQ(run_files(), Names{"exit.json"}) << told;
    const auto exit = supervisor::last_exit(run_dir());
    EXPECT_TRUE(exit && exit->cause == vmm::ExitCause::failed_to_start) << told;
    return told;
}

vmm::Exit FakeMachine::end_of(const Supervised& vm) const {
    EXPECT_TRUE(vm.wait_ended(patience));
    EXPECT_EQ(run_files(), Names{"exit.json"});
    return supervisor::last_exit(run_dir()).value_or(vmm::Exit{});
}

std::string FakeMachine::console() const {
    return os::find_file(plan.console_path).value_or("");
}

bool FakeMachine::console_has(const std::string& text) const {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        if (console().find(text) != std::string::npos) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::fprintf(stderr, "the console has no \"%s\":\n%s\n", text.c_str(), console().c_str());
    return false;
}

Names FakeMachine::run_files() const {
    Names names;
    for (const auto& entry : std::filesystem::directory_iterator(run_dir())) {
        names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string FakeMachine::wait_event(int fd, const std::string& name) {
    while (const auto line = os::read_line(fd, patience)) {
        if (line->find("\"event\":\"" + name + "\"") != std::string::npos) {
            return *line;
        }
    }
    return {};
}

std::string FakeMachine::step(std::size_t number) const {
    return number == 0
               ? "GET /version"
               : plan.requests.at(number - 1).method + " " + plan.requests.at(number - 1).path;
}

} // namespace banger::test
