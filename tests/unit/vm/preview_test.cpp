// What is shown of a start that did not happen, and of one that did.

#include "unit/vm/world.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "vm/guest_config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

namespace banger::vm::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

class PreviewTest : public ::testing::Test {
  protected:
    void SetUp() override {
        World::make_bundle(dir_.path() / "bundle");
        world.emplace(dir_.path(), dir_.path() / "run");
    }
    void TearDown() override {
        for (const auto& machine : world->machines.list()) {
            end(*machine);
        }
    }

    /// The store's reserve is given back just behind an operation's end.
    void create_and_settle(const std::string& name) {
        world->create(name);
        ASSERT_TRUE(world->wait([&] { return fs::exists(dir_.path() / "reserve"); }));
    }
    json answer(asio::awaitable<json> question) {
        json result;
        world->ask([](asio::awaitable<json> asked, json& told) -> asio::awaitable<void> {
            told = co_await std::move(asked);
        }(std::move(question), result));
        return result;
    }
    json preview(const CreateRequest& request) { return answer(world->lifecycle.preview(request)); }
    json config_of(const std::string& vm) { return answer(world->lifecycle.guest_config(vm)); }
    std::string refusal(const CreateRequest& request) {
        try {
            preview(request);
        } catch (const Error& error) {
            return error.what();
        }
        return "nothing was thrown";
    }

    /// Every file below the data and run folders with its content, of disks with its time; but for
    /// the store's memory of who reads it.
    std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(dir_.path())) {
            const std::string path = entry.path().string();
            if (!entry.is_regular_file()) {
                all[path] = "";
            } else if (entry.file_size() > 1U << 20U) {
                all[path] = std::to_string(entry.last_write_time().time_since_epoch().count());
            } else if (!path.ends_with("-shm")) {
                all[path] = os::read_file(entry.path());
            }
        }
        return all;
    }

    /// The entry of a list of `config` whose `key` is `id`; null without one.
    static json entry(const json& view, const char* list, const char* key, const std::string& id) {
        for (const json& one : view.at("config").at(list)) {
            if (one.at(key) == id) {
                return one;
            }
        }
        return nullptr;
    }

  private:
    os::TemporaryDir dir_{"bgr-preview"};

  protected:
    std::optional<World> world;
};

TEST_F(PreviewTest, ADryRunMakesAndTakesNothing) {
    create_and_settle("there");
    const auto before = files();
    CreateRequest request;
    request.name = "web";
    request.memory_mib = 300;
    VmView asked;
    world->capabilities.on_contribute = [&](const VmView& vm, GuestConfig& config) {
        asked = vm;
        config.file("dns", {.path = "/etc/resolv.conf", .mode = 0600, .data = "abc"});
    };
    const json shown = preview(request);
    EXPECT_EQ(files(), before);
    EXPECT_EQ(world->machines.list().size(), 1U);
    EXPECT_EQ(world->operations.list().size(), 1U); // the create of "there"

    EXPECT_EQ(asked.id, "");
    EXPECT_EQ(asked.name, "web");
    EXPECT_EQ(json::parse(asked.spec_json)["memory_mib"], 300);
    EXPECT_EQ(shown["vm"]["name"], "web");
    EXPECT_EQ(shown["vm"]["memory_mib"], 300);
    EXPECT_TRUE(shown["vm"]["id"].is_null());
    EXPECT_TRUE(shown["vm"]["ip"].is_null());
    EXPECT_TRUE(shown["vm"]["mac"].is_null());
    EXPECT_FALSE(shown["vm"]["driver"].get<std::string>().empty());
    const json& config = shown["guest_config"];
    EXPECT_EQ(config["of"], "first_start");
    EXPECT_EQ(entry(config, "files", "path", "/etc/resolv.conf"),
              json::parse(R"({"path":"/etc/resolv.conf","mode":384,"uid":0,"gid":0,"bytes":3,
                              "owner":"dns"})"));
    EXPECT_EQ(entry(config, "drives", "id", "work")["owner"], "banger");
    EXPECT_EQ(entry(config, "guest", "key", "hostname")["value"], "web");
    EXPECT_EQ(entry(config, "guest", "key", "machine_id")["value"], "(at the create)");
    EXPECT_EQ(entry(config, "guest", "key", "time_unix_ns")["value"], "(at the start)");
    EXPECT_EQ(entry(config, "guest", "key", "entropy")["value"], "(secret)");

    world->capabilities.on_contribute = [](const VmView&, GuestConfig&) {};
    EXPECT_EQ(world->create("web")->row.ip, world->settings.subnet.host(3).text()); // the next free
}

TEST_F(PreviewTest, ADryRunWithoutANameTakesNone) {
    const json shown = preview({});
    EXPECT_TRUE(shown["vm"]["name"].is_null());
    EXPECT_TRUE(shown["vm"]["fqdn"].is_null());
    EXPECT_TRUE(shown["guest_config"]["vm"].is_null());
    EXPECT_EQ(entry(shown["guest_config"], "guest", "key", "hostname")["value"], "(at the create)");
    EXPECT_TRUE(world->machines.list().empty());
}

TEST_F(PreviewTest, ADryRunIsRefusedAsTheCreateWouldBe) {
    create_and_settle("there");
    const auto before = files();
    CreateRequest request;
    request.name = "there";
    EXPECT_EQ(refusal(request), "a VM named 'there' exists already");
    request.name = "Not_A_Name";
    EXPECT_NE(refusal(request), "nothing was thrown");
    request.name = "web";
    request.vmm = "firecracker";
    EXPECT_NE(refusal(request), "nothing was thrown");
    request.vmm.reset();
    request.work_disk_mib = 32; // the bundle's is 64
    EXPECT_NE(refusal(request), "nothing was thrown");
    request.work_disk_mib.reset();
    world->capabilities.on_require = [](const VmView&) {
        throw Error(ErrorKind::conflict, "port 8080/tcp of this machine is in use");
    };
    EXPECT_EQ(refusal(request), "port 8080/tcp of this machine is in use");
    world->capabilities.on_require = [](const VmView&) {};
    world->capabilities.on_contribute = [](const VmView&, GuestConfig& config) {
        config.drive("p", {.id = "work", .path = "/var/p.img"});
    };
    EXPECT_EQ(refusal(request), "drive:work is set by both banger and p, to different values");
    world->capabilities.on_contribute = [](const VmView&, GuestConfig& config) {
        config.kernel_arg("p", "panic", "5");
    };
    EXPECT_EQ(refusal(request), "kernel argument 'panic' from p: the VMM driver sets it");
    EXPECT_EQ(files(), before);
}

TEST_F(PreviewTest, TheCardIsSaidToComeOnlyWherePluginsGiveOne) {
    EXPECT_EQ(preview({})["guest_config"]["network_card"], "at_start");
    world->settings.network_required = false;
    world->capabilities.networkless.emplace(ErrorKind::unavailable, "no plugin");
    EXPECT_EQ(preview({})["guest_config"]["network_card"], "none");
    world->settings.network_required = true;
    EXPECT_EQ(refusal({}), "no plugin");
    world->capabilities.networkless.reset();
    world->capabilities.on_contribute = [](const VmView&, GuestConfig& config) {
        config.nic("p", {.id = "eth0", .tap = "bgr0", .mac = "02:00:00:00:00:01"});
    };
    const json shown = preview({});
    EXPECT_EQ(shown["guest_config"]["network_card"], "present");
    EXPECT_EQ(entry(shown["guest_config"], "guest", "key", "network")["value"][0]["address"],
              "(at the create)");
}

TEST_F(PreviewTest, OfARunningVmItIsWhatItWasStartedWithElseWhatIsNext) {
    world->capabilities.on_contribute = [](const VmView&, GuestConfig& config) {
        config.kernel_arg("p", "mode", "first");
    };
    const auto machine = world->create("web");
    world->capabilities.on_contribute = [](const VmView&, GuestConfig& config) {
        config.kernel_arg("q", "mode", "second");
    };
    json shown = config_of("web");
    EXPECT_EQ(shown["of"], "running");
    EXPECT_EQ(shown["vm"], "web");
    EXPECT_EQ(entry(shown, "kernel_args", "key", "mode"),
              json({{"key", "mode"}, {"value", "first"}, {"owner", "p"}}));
    EXPECT_EQ(entry(shown, "guest", "key", "ssh_host_keys")["value"], "(secret)");
    const fs::path kept = MachinePaths(world->settings, *machine).launched_config();
    EXPECT_EQ(fs::status(kept).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(os::read_file(kept).find("PRIVATE KEY"), std::string::npos);

    world->finish(world->lifecycle.stop("web", {}));
    const auto before = files();
    shown = config_of("web");
    EXPECT_EQ(files(), before);
    EXPECT_EQ(shown["of"], "next_start");
    EXPECT_EQ(entry(shown, "kernel_args", "key", "mode"),
              json({{"key", "mode"}, {"value", "second"}, {"owner", "q"}}));
    EXPECT_EQ(entry(shown, "guest", "key", "machine_id")["value"].get<std::string>().size(), 32U);
}

TEST_F(PreviewTest, AVmWhoseConfigurationWasNotKeptIsSaidToBeSo) {
    const auto machine = world->create("web");
    const fs::path kept = MachinePaths(world->settings, *machine).launched_config();
    fs::remove(kept);
    try {
        config_of("web");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.what(), "VM web: what it was started with is not in " + kept.string());
        EXPECT_EQ(error.hint(), "it is kept at each start; restart it with: banger vm restart web");
    }
    EXPECT_THROW(config_of("nobody"), Error);
}

} // namespace
} // namespace banger::vm::test
