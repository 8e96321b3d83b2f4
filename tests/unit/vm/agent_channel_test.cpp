// By what a guest's agent is reached, and what becomes of its context id.

#include "unit/vm/world.hpp"

#include "os/base64.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "store/rebuild.hpp"
#include "store/vm_json.hpp"
#include "vm/cid.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include <nlohmann/json.hpp>

namespace banger::vm::test {
namespace {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

TEST(Cid, IsOneThatNobodyHasAndNobodyGivesByHand) {
    std::set<std::uint32_t> seen;
    int asked = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::uint32_t cid = make_cid([&](std::uint32_t one) {
            ++asked;
            // Every second one that it comes to is another VM's.
            return asked % 2 == 0 && seen.insert(one).second;
        });
        EXPECT_GE(cid, 65536U);
        EXPECT_LE(cid, 0x7fffffffU);
        EXPECT_FALSE(seen.contains(cid));
    }
    EXPECT_GT(seen.size(), 400U);
}

class AgentChannelTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir.path() / "bundle");
        open_world();
    }
    void TearDown() override {
        for (const auto& machine : world->machines.list()) {
            end(*machine);
        }
    }
    void open_world() {
        world.emplace(dir.path(), dir.path() / "run");
        world->settings.agent_channel = vmm::ChannelKind::vsock;
    }
    /// As if the kernel had it: who opens it finds no fault.
    void make_device() { os::write_file_atomic(dir.path() / "vhost-vsock", ""); }
    void take_cids(int count) {
        os::make_private_dir(dir.path() / "vms");
        os::write_file_atomic(dir.path() / "vms" / "cids-taken", std::to_string(count) + "\n");
    }
    Lifecycle::Started run(const Lifecycle::Started& operation) {
        world->finish(operation);
        return operation;
    }
    void stop(const std::string& name) {
        EXPECT_EQ(run(world->lifecycle.kill(name))->state(), OperationState::succeeded);
    }
    void start(const std::string& name) {
        EXPECT_EQ(run(world->lifecycle.start(name, std::nullopt))->state(),
                  OperationState::succeeded);
    }
    [[nodiscard]] std::string key_of_plan(const Machine& machine) const {
        const auto file = dir.path() / "vms" / machine.id() / "plan.json";
        return vmm::plan_from_json(os::read_file(file)).vsock.value().key;
    }
    /// In base64, from the document that goes with the initramfs.
    [[nodiscard]] std::string key_of_guest(const Machine& machine) const {
        const std::string initrd = os::read_file(MachinePaths(world->settings, machine).initrd());
        const std::size_t begin = initrd.find("{\"");
        const std::size_t end = initrd.rfind('}');
        const json document = json::parse(initrd.substr(begin, end + 1 - begin));
        for (const json& file : document.at("files")) {
            if (file.at("path") == "/etc/banger/agent.key") {
                EXPECT_EQ(file.at("mode"), 0600);
                return file.at("data").get<std::string>();
            }
        }
        return "none";
    }
    [[nodiscard]] std::int64_t cid_of_copy(const Machine& machine) const {
        return store::find_vm_json(dir.path() / "vms" / machine.id()).value().cid;
    }

    os::TemporaryDir dir{"bgr-chan"};
    std::optional<World> world;
};

TEST_F(AgentChannelTest, ASerialPortNeedsNoContextId) {
    world->settings.agent_channel = vmm::ChannelKind::serial;
    make_device();
    const auto machine = world->create("a");
    EXPECT_EQ(machine->row.cid, 0);
    EXPECT_EQ(machine->process->cid(), 0U);
    EXPECT_EQ(machine->row.warnings.find("AF_VSOCK"), std::string::npos);
}

TEST_F(AgentChannelTest, TheContextIdIsTheVmsForLife) {
    make_device();
    std::int64_t cid = 0;
    {
        const auto machine = world->create("a");
        cid = machine->row.cid;
        EXPECT_GE(cid, 65536);
        EXPECT_EQ(machine->process->cid(), cid);
        EXPECT_EQ(view_of(*machine, world->settings).cid, cid);
        EXPECT_EQ(cid_of_copy(*machine), cid);
        EXPECT_NE(world->create("b")->row.cid, cid);
        stop("a");
        EXPECT_EQ(view_of(*machine, world->settings).cid, 0U);
        start("a");
        EXPECT_EQ(machine->row.cid, cid);
    }
    world.reset(); // the daemon ends, its VMs run on
    open_world();
    world->adopt();
    const auto again = world->machines.get("a");
    EXPECT_TRUE(world->wait([&] { return !again->busy(); }));
    EXPECT_EQ(again->row.cid, cid);
    EXPECT_EQ(again->process->cid(), cid);
    EXPECT_EQ(to_json(*again, world->settings)["agent_channel"], "vsock");
    EXPECT_EQ(to_json(*again, world->settings)["cid"], cid);
}

TEST_F(AgentChannelTest, EachStartHasAKeyOfItsOwnWhichGuestAndSupervisorKnow) {
    make_device();
    const auto machine = world->create("a");
    const std::string first = key_of_plan(*machine);
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(key_of_guest(*machine), os::base64(first));
    stop("a");
    start("a");
    EXPECT_NE(key_of_plan(*machine), first);
    EXPECT_EQ(key_of_guest(*machine), os::base64(key_of_plan(*machine)));
    stop("a");
    world->settings.agent_channel = vmm::ChannelKind::serial;
    start("a");
    EXPECT_EQ(key_of_guest(*machine), ""); // which takes the last one's place
}

TEST_F(AgentChannelTest, ALostDatabaseFindsTheContextIdAgain) {
    make_device();
    const auto machine = world->create("a");
    store::Database fresh(dir.path() / "fresh.sqlite");
    const store::Rebuilt rebuilt = store::rebuild_from_folders(fresh, dir.path() / "vms");
    ASSERT_EQ(rebuilt.vms.size(), 1U);
    EXPECT_EQ(store::VmTable(fresh).find_by_cid(machine->row.cid)->id, machine->id());
}

TEST_F(AgentChannelTest, OneThatAnotherVmOfTheMachineHasIsReplaced) {
    make_device();
    take_cids(3);
    CreateRequest request;
    request.name = "a";
    const auto operation = run(world->lifecycle.create(request));
    ASSERT_EQ(operation->state(), OperationState::succeeded) << operation->to_json();
    const auto machine = world->machines.get("a");
    const std::int64_t cid = machine->row.cid;
    EXPECT_EQ(machine->process->cid(), cid);
    EXPECT_EQ(cid_of_copy(*machine), cid);
    EXPECT_NE(operation->to_json().dump().find("another VM of this machine has the vsock context"),
              std::string::npos);
    stop("a");
    take_cids(1);
    start("a");
    EXPECT_NE(machine->row.cid, cid);
    EXPECT_EQ(cid_of_copy(*machine), machine->row.cid);
}

TEST_F(AgentChannelTest, NotEveryIdCanBeTakenForEver) {
    make_device();
    take_cids(100);
    CreateRequest request;
    request.name = "a";
    const auto operation = run(world->lifecycle.create(request));
    EXPECT_EQ(operation->state(), OperationState::failed);
    EXPECT_EQ(operation->to_json()["error"]["kind"], "exhausted");
    EXPECT_TRUE(world->machines.list().empty());
}

TEST_F(AgentChannelTest, AVmThatIsNotTakenBackKeepsItsContextId) {
    make_device();
    const auto machine = world->create("a");
    const std::int64_t cid = machine->row.cid;
    stop("a");
    world->capabilities.on_undo = [] {
        return std::vector<UndoFailure>{
            {"nat", "after_start", Error(ErrorKind::unavailable, "rule stays")}};
    };
    EXPECT_EQ(run(world->lifecycle.remove("a", false))->state(), OperationState::failed);
    EXPECT_EQ(machine->state, State::cleanup_pending);
    EXPECT_EQ(store::VmTable(world->database).find_by_cid(cid)->id, machine->id());
    world->capabilities.on_undo = [] { return std::vector<UndoFailure>{}; };
    EXPECT_EQ(run(world->lifecycle.remove("a", false))->state(), OperationState::succeeded);
    EXPECT_FALSE(store::VmTable(world->database).find_by_cid(cid));
}

TEST_F(AgentChannelTest, WithoutTheDeviceVsockIsRefusedBeforeAnythingIsMade) {
    CreateRequest request;
    request.name = "a";
    try {
        world->check(request);
        ADD_FAILURE() << "nothing was said";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::unavailable);
        EXPECT_NE(std::string(error.what()).find("there is no "), std::string::npos);
        EXPECT_NE(error.hint().find("sudo modprobe vhost_vsock"), std::string::npos);
    }
    EXPECT_EQ(run(world->lifecycle.create(request))->state(), OperationState::failed);
    EXPECT_TRUE(world->machines.list().empty());
}

TEST_F(AgentChannelTest, WithoutTheDeviceAutoTakesTheSerialPortAndWarns) {
    world->settings.agent_channel = vmm::ChannelKind::automatic;
    const auto machine = world->create("a");
    EXPECT_EQ(machine->process->cid(), 0U);
    EXPECT_NE(machine->row.warnings.find("by the serial port, not by AF_VSOCK"), std::string::npos);
    EXPECT_NE(machine->row.warnings.find("sudo modprobe vhost_vsock"), std::string::npos);
    stop("a");
    make_device();
    start("a");
    EXPECT_EQ(machine->process->cid(), machine->row.cid);
    EXPECT_EQ(machine->row.warnings.find("AF_VSOCK"), std::string::npos);
}

} // namespace
} // namespace banger::vm::test
