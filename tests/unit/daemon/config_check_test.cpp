#include "daemon/config_check.hpp"

#include "net/link.hpp"
#include "net/route.hpp"
#include "os/file.hpp"
#include "os/paths.hpp"
#include "os/temporary_dir.hpp"
#include "store/image_json.hpp"
#include "store/image_table.hpp"
#include "store/vm_json.hpp"
#include "store/vm_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace banger::daemon {
namespace {
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

/// A machine that has all it takes: a QEMU of a few lines of shell and a bundle of empty files.
struct ConfigChecks : testing::Test {
    ConfigChecks() {
        os::write_file_atomic(qemu,
                              "#!/bin/sh\n"
                              "case $1 in\n"
                              "--version) echo 'QEMU emulator version 9.1.2 (Debian)';;\n"
                              "-M) echo 'microvm  x';;\n"
                              "esac\n",
                              0700);
        fs::create_directories(bundle);
        for (const char* part : {"vmlinuz", "initramfs", "rootfs", "seed", "key"}) {
            os::write_file_atomic(bundle / part, "x");
        }
        os::write_file_atomic(bundle / "bundle.json",
                              R"({"version":1,"kernel":{"version":"6.1","vmlinuz":"vmlinuz"},
                                  "initramfs":"initramfs","work_seed":"seed","ssh_key":"key",
                                  "rootfs":{"name":"debian","path":"rootfs"},"firecracker":null})");
        fs::create_directories(paths.data);
        fs::create_directories(paths.state);
    }

    /// The check of these lines behind those that make the machine whole; the first is line 5.
    ConfigCheck check(const std::string& lines) const {
        os::write_file_atomic(file, "runtime: {bundle: " + bundle.string() +
                                        "}\n"
                                        "qemu:\n"
                                        "  binary: " +
                                        qemu.string() + "\n" + "  accel: tcg\n" + lines);
        return {file, paths};
    }
    std::string at(const std::string& place) const { return file.string() + ":" + place + ": "; }

    os::TemporaryDir home;
    os::UserPaths paths{home.path() / "config", home.path() / "data", home.path() / "state",
                        home.path() / "run"};
    fs::path file = home.path() / "config.yaml";
    fs::path qemu = home.path() / "qemu";
    fs::path bundle = home.path() / "bundle";
};

TEST_F(ConfigChecks, AGoodFileHasNoErrors) {
    const ConfigCheck good = check("vm: {vcpus: 2, image: debian}\n"
                                   "plugins: {entries: {dns: {config: {port: 5390}}}}\n");
    EXPECT_THAT(good.errors(), IsEmpty());
    EXPECT_FALSE(fs::exists(paths.state / "plugins")); // theirs is not touched
}

TEST_F(ConfigChecks, APluginChecksItsOwnSettings) {
    EXPECT_THAT(check("plugins:\n"
                      "  entries:\n"
                      "    dns:\n"
                      "      config:\n"
                      "        host_integration: auto\n"
                      "        port: 53\n")
                    .errors(),
                ElementsAre(AllOf(StartsWith(at("10:9") + "plugins.entries.dns.config: port: "),
                                  HasSubstr("1024 to 65535, not 53"),
                                  HasSubstr("banger plugin show dns"))));
    EXPECT_THAT(check("plugins: {entries: {nat: {config: {refresh_s: 1}}}}\n").errors(),
                ElementsAre(StartsWith(at("5:36") + "plugins.entries.nat.config: refresh_s: ")));
    EXPECT_THAT(check("plugins: {entries: {dns: {enabled: false, config: {port: 53}}}}\n").errors(),
                IsEmpty());
}

TEST_F(ConfigChecks, APluginThatHidesAnotherIsAWarning) {
    const fs::path own = home.path() / "own";
    fs::create_directories(own);
    const fs::path installed = os::installation().plugins / "nat.so";
    fs::copy_file(installed, own / "nat.so");
    const ConfigCheck checked = check("plugins:\n"
                                      "  path:\n"
                                      "    - /nowhere-at-all\n"
                                      "    - relative\n"
                                      "    - " +
                                      own.string() + "\n");
    EXPECT_THAT(checked.errors(), ElementsAre(StartsWith(at("8:7") + "plugins.path[1]: ")));
    EXPECT_THAT(
        checked.warnings(),
        AllOf(Contains(StartsWith(at("7:7") + "plugins.path[0]: ")),
              Contains(StartsWith(at("9:7") +
                                  "plugins.path[2]: a plugin takes the place "
                                  "of another one: " +
                                  (own / "nat.so").string() + " hides " + installed.string()))));
}

TEST_F(ConfigChecks, AKeyAndAQuestionAreToldOnce) {
    EXPECT_THAT(check("vm: {memory: 15T}\n").errors(),
                ElementsAre(StartsWith(at("5:14") + "vm.memory: it is too much for this host: ")));
    EXPECT_THAT(check("plugins: {entries: {nat: {config: {defualt: true}}}}\n").errors(),
                ElementsAre(HasSubstr("'default'? banger plugin show nat lists its settings")));
}

TEST_F(ConfigChecks, WhatIsWrongInsideAPluginsSettingsHasItsOwnPlace) {
    EXPECT_THAT(check("plugins:\n"
                      "  entries:\n"
                      "    nat:\n"
                      "      config:\n"
                      "        closed:\n"
                      "          - 10.0.0.0/8\n"
                      "          - everything\n")
                    .errors(),
                ElementsAre(StartsWith(at("11:13") + "plugins.entries.nat.config: closed[1]: ")));
}

TEST_F(ConfigChecks, AnEntryThatContradictsItselfOrHasNoEffect) {
    EXPECT_THAT(
        check("plugins:\n"
              "  entries:\n"
              "    nat:\n"
              "      after: [tap-poll]\n"
              "      allow_override: ['fil:/etc/hosts']\n"
              "    dns: {required: true, enabled: false}\n")
            .errors(),
        ElementsAre(at("8:15") + "plugins.entries.nat.after[0]: there is no plugin "
                                 "'tap-poll'; did you mean 'tap-pool'?",
                    AllOf(StartsWith(at("9:24") + "plugins.entries.nat.allow_override[0]: "),
                          HasSubstr("did you mean 'file:/etc/hosts'?")),
                    StartsWith(at("10:21") + "plugins.entries.dns.required: ")));
}

TEST_F(ConfigChecks, AVmmThatCannotBeUsed) {
    EXPECT_THAT(check("vm: {vmm: firecracker}\n").errors(),
                ElementsAre(AllOf(StartsWith(at("5:11") + "vm.vmm: "),
                                  HasSubstr("/banger-bundle --manifest "),
                                  HasSubstr(" --out " + bundle.string() + " --firecracker FILE"),
                                  HasSubstr("set vm.vmm: auto in " + file.string()))));
}

TEST_F(ConfigChecks, AFirecrackerThatIsNoneIsAnErrorOnlyWhereNothingElseWillDo) {
    const std::string lines = "firecracker: {binary: /nosuch/firecracker}\n";
    const ConfigCheck spare = check(lines);
    EXPECT_THAT(spare.errors(), IsEmpty());
    EXPECT_THAT(spare.warnings(),
                testing::Contains(AllOf(StartsWith(at("5:23") + "firecracker.binary: "),
                                        HasSubstr("/nosuch/firecracker does not exist"),
                                        HasSubstr("set firecracker.binary: auto in"))));
    EXPECT_THAT(check(lines + "vm: {vmm: firecracker}\n").errors(),
                ElementsAre(StartsWith(at("5:23") + "firecracker.binary: ")));
    const auto doctor = spare.doctor();
    const auto& checks = doctor.at("checks");
    const auto found = std::find_if(checks.begin(), checks.end(),
                                    [](const auto& entry) { return entry["id"] == "firecracker"; });
    ASSERT_NE(found, checks.end());
    EXPECT_EQ((*found)["severity"], "warning");
    EXPECT_EQ((*found)["title"], "Firecracker is not used");
}

TEST_F(ConfigChecks, WhyFirecrackerIsNotTakenIsToldByTheDoctorAndNoWarning) {
    const ConfigCheck found = check("");
    EXPECT_THAT(found.warnings(), testing::Not(testing::Contains(HasSubstr("irecracker"))));
    const auto doctor = found.doctor();
    bool told = false;
    for (const auto& entry : doctor.at("checks")) {
        if (entry["id"] == "firecracker") {
            told = true;
            EXPECT_EQ(entry["severity"], "info");
            EXPECT_THAT(entry["fix"].get<std::string>(),
                        HasSubstr(" --out " + bundle.string() + " --firecracker FILE"));
        }
    }
    EXPECT_TRUE(told);
}

TEST_F(ConfigChecks, AJailThatNoVmGets) {
    const auto told = [&](const std::string& why) {
        return Contains(AllOf(StartsWith(at("5:23") + "firecracker.jailer: "),
                              HasSubstr("VMs run with qemu, which is not jailed: " + why),
                              HasSubstr("set vm.vmm: firecracker in " + file.string())));
    };
    const std::string on = "firecracker: {jailer: true}\n";
    EXPECT_THAT(check(on).warnings(), told("not firecracker: "));
    EXPECT_THAT(check(on + "vm: {vmm: qemu}\n").warnings(), told("vm.vmm is qemu"));
    EXPECT_THAT(check("firecracker: {jailer: false}\n").warnings(),
                Not(Contains(HasSubstr("jailed"))));
}

TEST_F(ConfigChecks, AnAgentChannelThatCannotBeHad) {
    EXPECT_THAT(
        check("  agent_channel: vsock\n").errors(), // of a QEMU without that device
        ElementsAre(AllOf(StartsWith(at("5:18") + "qemu.agent_channel: "),
                          HasSubstr("this QEMU is built without the vhost-vsock device"),
                          HasSubstr("set qemu.agent_channel: serial in " + file.string()))));
    const ConfigCheck automatic = check("  agent_channel: auto\n");
    EXPECT_THAT(automatic.errors(), IsEmpty());
    EXPECT_THAT(automatic.warnings(),
                Contains(AllOf(StartsWith(at("5:18") + "qemu.agent_channel: "),
                               HasSubstr("by the serial port, not by AF_VSOCK"))));
    EXPECT_THAT(check("  agent_channel: serial\n").warnings(),
                Not(Contains(HasSubstr("agent_channel"))));
    EXPECT_THAT(check("  agent_channel: virtio\n").errors(),
                ElementsAre(HasSubstr("qemu.agent_channel: ")));
}

TEST_F(ConfigChecks, ANetworkLimitThatQemuDoesNotKeep) {
    EXPECT_THAT(
        check("vm: {vmm: qemu, network_bandwidth: 10M}\n").errors(),
        ElementsAre(AllOf(HasSubstr("vm.network_bandwidth: "), HasSubstr("qemu limits no network"),
                          HasSubstr("set vm.network_bandwidth: 0 in " + file.string()))));
    EXPECT_THAT(check("vm: {vmm: qemu, disk_bandwidth: 10M, disk_iops: 100}\n").errors(),
                IsEmpty());
}

TEST_F(ConfigChecks, AQemuThatIsNotThereOrNone) {
    fs::remove(qemu);
    EXPECT_THAT(check("").errors(),
                ElementsAre(AllOf(StartsWith(at("3:11") + "qemu.binary: "),
                                  HasSubstr(qemu.string() + " does not exist"),
                                  HasSubstr("set qemu.binary: qemu-system-x86_64 in"))));
    EXPECT_THAT(
        check("vm: {vmm: firecracker}\n").errors(), // the remedy of one is not all
        ElementsAre(StartsWith(at("3:11") + "qemu.binary: "), StartsWith(at("5:11") + "vm.vmm: ")));
    os::write_file_atomic(qemu, "no program", 0600);
    EXPECT_THAT(check("").errors(), ElementsAre(HasSubstr(qemu.string() + " is no executable")));
}

TEST_F(ConfigChecks, ABundleThatIsNotThereOrLacksAFile) {
    fs::remove(bundle / "rootfs");
    EXPECT_THAT(check("").errors(),
                ElementsAre(AllOf(StartsWith(at("1:19") + "runtime.bundle: "),
                                  HasSubstr("missing: rootfs (" + bundle.string()),
                                  HasSubstr("make runtime-bundle"))));
    fs::remove(bundle / "bundle.json");
    EXPECT_THAT(check("").errors(),
                ElementsAre(HasSubstr("no runtime bundle in " + bundle.string())));
}

TEST_F(ConfigChecks, ADefaultImageThatIsNotThere) {
    EXPECT_THAT(check("vm: {image: alpine}\n").errors(),
                ElementsAre(AllOf(StartsWith(at("5:13") + "vm.image: "),
                                  HasSubstr("no image named 'alpine'; there are: debian"))));
    store::ImageRow row;
    row.name = "alpine";
    row.rootfs = (bundle / "rootfs").string();
    store::write_images_json(paths.data, {row});
    EXPECT_THAT(check("vm: {image: alpine}\n").errors(), IsEmpty());
    row.rootfs = (bundle / "gone").string();
    store::write_images_json(paths.data, {row});
    EXPECT_THAT(check("vm: {image: alpine}\n").errors(), ElementsAre(HasSubstr("gone is missing")));
}

TEST_F(ConfigChecks, MoreThanThisHostHas) {
    EXPECT_THAT(check("vm: {memory: 15T}\n").errors(),
                ElementsAre(AllOf(StartsWith(at("5:14") + "vm.memory: "),
                                  HasSubstr("15728640 MiB of memory is more than this host's"),
                                  HasSubstr("set vm.memory: 512M in " + file.string()))));
}

TEST_F(ConfigChecks, ErrorsKeepTheOrderOfTheFile) {
    EXPECT_THAT(check("vm: {memory: 15T}\n"
                      "plugins: {entries: {nat: {config: {refresh_s: 1}}}}\n"
                      "log: {levle: info}\n")
                    .errors(),
                ElementsAre(StartsWith(at("5:14")), StartsWith(at("6:36")), StartsWith(at("7:7"))));
}

TEST_F(ConfigChecks, APluginThatFailedNeedsNoSwitchingOn) {
    DoctorFacts facts;
    facts.wanted_vmm = "auto";
    facts.bad_plugins = {{"nat", "failed: port", false, "free the port"}};
    facts.orphans = {{"nat", "rules"}, {"old", "taps"}};
    std::vector<std::string> fixes;
    for (const Check& found : host_checks(facts, {}, privileged::Client())) {
        if (found.id == "orphan") {
            fixes.push_back(found.fix);
        } else if (found.id == "plugin") {
            EXPECT_THAT(found.fix, StartsWith("free the port; see banger plugin show nat; "));
        }
    }
    EXPECT_THAT(fixes, ElementsAre(HasSubstr("banger plugin show nat says why"),
                                   HasSubstr("set plugins.entries.old.enabled: true")));
}

TEST_F(ConfigChecks, AFolderOfPluginsThatIsNoneIsAWarning) {
    const ConfigCheck found = check("plugins: {path: [/dev/null, /proc]}\n");
    EXPECT_THAT(found.errors(), IsEmpty());
    EXPECT_THAT(found.warnings(),
                testing::Contains(AllOf(StartsWith(at("5:18") + "plugins.path[0]: "),
                                        HasSubstr("/dev/null: Not a directory"))));
}

TEST_F(ConfigChecks, NoPluginThatGivesANetwork) {
    const std::string lines = "plugins: {entries: {tap-pool: {enabled: false}}}\n";
    EXPECT_THAT(
        check(lines).errors(),
        ElementsAre(AllOf(StartsWith(at("5:41") + "plugins.entries.tap-pool.enabled: VMs get no "
                                                  "network: no plugin gives VMs a network: plugin "
                                                  "tap-pool: switched off"),
                          HasSubstr("; set plugins.entries.tap-pool.enabled: true in config.yaml, "
                                    "or set network.required: false"))));
    const ConfigCheck wanted = check(lines + "network: {required: false}\n");
    EXPECT_THAT(wanted.errors(), IsEmpty());
    EXPECT_THAT(wanted.warnings(), testing::Contains(HasSubstr("VMs get no network")));
    EXPECT_THAT(
        check("plugins: {entries: {dns: {enabled: false}, nat: {enabled: false}}}\n").errors(),
        IsEmpty());
}

TEST_F(ConfigChecks, ASubnetThatTheHostUses) {
    for (const net::Link& link : net::links()) {
        for (const net::InterfaceAddress& address : link.addresses) {
            const net::Subnet used = address.subnet();
            if (used.prefix < 16 || used.prefix > 29 || !net::is_private(used)) {
                continue;
            }
            const std::string line = "network: {subnet: " + used.text();
            EXPECT_THAT(check(line + "}\n").errors(),
                        ElementsAre(AllOf(StartsWith(at("5:19") + "network.subnet: "),
                                          HasSubstr(link.name), HasSubstr("set network.subnet"))));
            return;
        }
    }
    GTEST_SKIP() << "no interface here has a private address";
}

TEST_F(ConfigChecks, AVmWithAnAddressOfAnotherSubnetIsAWarning) {
    store::VmRow row;
    row.id = "0123456789ab";
    row.name = "web";
    row.ip = "10.77.0.2";
    fs::create_directories(paths.data / "vms" / row.id);
    store::write_vm_json(paths.data / "vms" / row.id, row);
    const ConfigCheck found = check("network: {subnet: 10.78.0.0/24}\n");
    EXPECT_THAT(found.errors(), IsEmpty());
    EXPECT_THAT(found.warnings(),
                testing::Contains(AllOf(
                    StartsWith(at("5:19") + "network.subnet: VM web has the address 10.77.0.2"),
                    HasSubstr("as 10.77.0.0/24 does"))));
    EXPECT_THAT(check("network: {subnet: 10.77.0.0/24}\n").warnings(),
                testing::Not(testing::Contains(HasSubstr("VM web"))));
}

TEST_F(ConfigChecks, ABuiltInValueThatDoesNotWorkHereIsAWarning) {
    os::write_file_atomic(file, "vm: {vcpus: 2}\n");
    ::setenv("BANGER_RUNTIME_DIR", "/nonexistent", 1);
    const ConfigCheck found(file, paths);
    ::unsetenv("BANGER_RUNTIME_DIR");
    EXPECT_THAT(found.errors(), IsEmpty());
    EXPECT_THAT(found.warnings(),
                testing::Contains(AllOf(StartsWith(file.string() + ": runtime.bundle (built in): "),
                                        HasSubstr("/nonexistent"))));
}

TEST_F(ConfigChecks, TheDoctorTellsWrongLinesAndTheRest) {
    const auto doctor = check("network: {brigde: banger}\n"
                              "vm: {vmm: firecracker}\n")
                            .doctor();
    const auto& checks = doctor.at("checks");
    EXPECT_EQ(checks[0]["id"], "config");
    EXPECT_EQ(checks[0]["severity"], "error");
    EXPECT_THAT(checks[0]["title"], StartsWith(at("5:11") + "network.brigde: "));
    const auto count = [&](const std::string& id) {
        return std::count_if(checks.begin(), checks.end(),
                             [&](const auto& entry) { return entry["id"] == id; });
    };
    EXPECT_EQ(count("config"), 1);
    EXPECT_EQ(count("vmm"), 1);
    EXPECT_EQ(count("bundle"), 1);
    EXPECT_EQ(count("privilege"), 1);
}

TEST_F(ConfigChecks, AFileThatCannotBeReadIsOneError) {
    const ConfigCheck found(home.path(), paths);
    EXPECT_THAT(found.errors(), ElementsAre(StartsWith(home.path().string() + ": ")));
}

} // namespace
} // namespace banger::daemon
