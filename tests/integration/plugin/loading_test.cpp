#include "plugin_host.hpp"

#include "plugin/absent_services.hpp"
#include "plugin/describe.hpp"
#include "plugin/no_network.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Loading : testing::Test {
    PluginHost host;
    std::string file(const std::string& id) { return (host.plugins / (id + ".so")).string(); }
    void write(const std::string& id, const std::string& content) {
        std::ofstream(file(id)) << content;
        host.settings.entries[id].place = "config.yaml:1:1";
    }
};

TEST_F(Loading, StartsInOrderAndStopsInReverse) {
    host.add("rec-b");
    host.add("rec-a");
    EXPECT_EQ(host.load(), "");
    host.catalog->reconcile_all();
    EXPECT_THAT(host.recorded(), ElementsAre("rec-a create", "rec-b create", "rec-a init",
                                             "rec-b init", "rec-a on_start", "rec-b on_start",
                                             "rec-a reconcile_all", "rec-b reconcile_all"));
    EXPECT_EQ(host.info("rec-a").state, State::active);
    host.stop();
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-b on_stop", "rec-a on_stop", "rec-b destroy", "rec-a destroy"));
}

TEST_F(Loading, WishesComeBeforeTheOrderById) {
    host.add("rec-a");
    host.add("rec-b");
    host.add("rec-first"); // before rec-a
    host.entry("rec-a").after = {"rec-b"};
    EXPECT_EQ(host.load(), "");
    EXPECT_THAT(host.recorded(),
                testing::IsSupersetOf({"rec-a create", "rec-b create", "rec-first create"}));
    std::vector<std::string> order;
    for (const Plugin* plugin : host.catalog->active()) {
        order.push_back(plugin->id());
    }
    EXPECT_THAT(order, ElementsAre("rec-b", "rec-first", "rec-a"));
}

TEST_F(Loading, WhatIsNotListedOrSwitchedOffIsNeverOpened) {
    host.add("rec-a");
    host.settings.entries.erase("rec-a");
    host.add("rec-b");
    host.entry("rec-b").enabled = false;
    ::chmod(file("rec-b").c_str(), 0777); // not even looked at
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("rec-a").state, State::disabled);
    EXPECT_EQ(host.reason("rec-a"), "not listed in config.yaml");
    EXPECT_EQ(host.reason("rec-b"), "switched off in config.yaml");
    EXPECT_THAT(host.recorded(), ElementsAre());
}

TEST_F(Loading, FilesThatAreNoLibraries) {
    write("text", "hello\n");
    write("empty", "");
    std::ifstream whole(std::string(BANGER_TEST_PLUGINS) + "/rec-a.so", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
    write("header", bytes.substr(0, 20));
    write("half", bytes.substr(0, bytes.size() / 2));
    std::string other = bytes;
    other[18] = '\xf3'; // e_machine: riscv
    other[19] = 0;
    write("riscv", other);
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("text"),
              file("text") + ": not an ELF file; expected an ELF shared library");
    EXPECT_EQ(host.reason("empty"), file("empty") + ": empty file; expected an ELF shared library");
    EXPECT_EQ(host.reason("header"), file("header") + ": truncated ELF file: 20 bytes");
    EXPECT_EQ(host.reason("half"), file("half") + ": damaged or truncated ELF file");
    EXPECT_THAT(host.reason("riscv"),
                StartsWith(file("riscv") + ": built for riscv; this host is "));
}

TEST_F(Loading, LibrariesThatAreNoPlugins) {
    host.add("nosymbol");
    host.add("future");
    host.add("unresolved");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("nosymbol"), file("nosymbol") +
                                           ": does not export banger_plugin_entry_v1, "
                                           "so it is no banger plugin");
    EXPECT_EQ(host.reason("future"),
              file("future") +
                  ": exports banger_plugin_entry_v2; this host needs "
                  "banger_plugin_entry_v1 (get a version of the plugin for ABI major 1)");
    EXPECT_EQ(host.reason("unresolved"),
              file("unresolved") +
                  ": the dynamic linker refuses it: undefined symbol: a_function_of_nobody");
}

TEST_F(Loading, TheFileBelongsToUsAlone) {
    host.add("rec-a");
    ::chmod(file("rec-a").c_str(), 0757);
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-a"), file("rec-a") +
                                        ": writable by everybody; whoever can change a plugin runs "
                                        "code as you (chmod o-w " +
                                        file("rec-a") + ")");
}

TEST_F(Loading, SoDoesItsFolder) {
    host.add("rec-a");
    ::chmod(host.plugins.c_str(), 0777);
    EXPECT_EQ(host.load(), "");
    EXPECT_THAT(host.reason("rec-a"),
                StartsWith(host.plugins.string() + ": writable by everybody"));
}

TEST_F(Loading, AnotherUsersFileIsRefused) {
    if (::getuid() != 0) {
        GTEST_SKIP() << "needs root to give a file away";
    }
    host.add("rec-a");
    ASSERT_EQ(::chown(file("rec-a").c_str(), 12345, 0), 0);
    EXPECT_EQ(host.load(), "");
    EXPECT_THAT(host.reason("rec-a"), HasSubstr(": owned by uid 12345; a plugin and every folder"));
}

TEST_F(Loading, TheIdIsTheNameOfTheFile) {
    host.add("rec-a", "", "other");
    write("Not_An_Id", "whatever");
    host.settings.entries.erase("Not_An_Id");
    write("banger", "whatever");
    host.settings.entries.erase("banger");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("banger.so"), file("banger") + ": 'banger' is the name of banger itself");
    EXPECT_EQ(host.reason("other"),
              file("other") + ": its id is 'rec-a', expected 'other' as the file is named (rename "
                              "the file to rec-a.so)");
    EXPECT_EQ(host.reason("Not_An_Id.so"),
              file("Not_An_Id") + ": 'Not_An_Id' is no plugin id: ^[a-z][a-z0-9-]{0,31}$");
}

TEST_F(Loading, TheFirstFolderHasAnIdAndTheSecondIsToldSo) {
    host.add("rec-a");
    const auto second = host.dir.path() / "second";
    std::filesystem::create_directory(second);
    std::filesystem::copy_file(file("rec-a"), second / "rec-a.so");
    host.settings.path.push_back(second);
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("rec-a").path, file("rec-a"));
    EXPECT_TRUE(host.logged((second / "rec-a.so").string() + ": ignored, plugin 'rec-a' is " +
                            file("rec-a") + " already"));
    const nlohmann::json hidden{(second / "rec-a.so").string()};
    EXPECT_EQ(to_json(host.info("rec-a"))["hides"], hidden);
}

TEST_F(Loading, AFolderThatIsNamedTwiceHidesNothing) {
    host.add("rec-a");
    host.settings.path.push_back(host.plugins / ".");
    EXPECT_EQ(host.load(), "");
    EXPECT_FALSE(to_json(host.info("rec-a")).contains("hides"));
}

TEST_F(Loading, OneFileUnderTwoNamesIsRefused) {
    host.add("rec-a");
    std::filesystem::create_hard_link(file("rec-a"), file("rec-b"));
    host.settings.entries["rec-b"].place = "config.yaml:1:1";
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-b"), file("rec-b") + ": the same file as " + file("rec-a"));
}

TEST_F(Loading, HooksThatAcquireNeedAnUndo) {
    host.add("rec-noundo");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-noundo"), file("rec-noundo") + ": has before_create but no undo");
}

TEST_F(Loading, AMissingNeedIsChained) {
    host.add("rec-needy"); // needs rec-a
    host.add("rec-chain"); // needs rec-needy
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-needy"), "needs plugin 'rec-a', which is not there");
    EXPECT_EQ(host.reason("rec-chain"),
              "needs plugin 'rec-needy', which did not load: needs plugin "
              "'rec-a', which is not there");
}

TEST_F(Loading, ANeedThatFailsTakesOthersWithIt) {
    host.add("rec-a", "create=error");
    host.add("rec-b", "init=error");
    host.add("rec-needy");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-a"), "plugin rec-a, create: as ordered");
    EXPECT_EQ(host.reason("rec-needy"),
              "needs plugin 'rec-a', which did not load: plugin rec-a, create: as ordered");
    EXPECT_EQ(host.reason("rec-b"), "plugin rec-b, init: as ordered");
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-a create", "rec-b create", "rec-b init", "rec-b destroy"));
}

TEST_F(Loading, ACycleRefusesEveryPluginInIt) {
    host.add("rec-loop1");
    host.add("rec-loop2");
    host.add("rec-a");
    EXPECT_EQ(host.load(), "");
    for (const char* id : {"rec-loop1", "rec-loop2"}) {
        EXPECT_EQ(host.reason(id), "its order is a cycle: rec-loop1 -> rec-loop2 -> rec-loop1");
    }
    EXPECT_EQ(host.info("rec-a").state, State::active);
}

TEST_F(Loading, AMissingExtensionIsNamed) {
    host.add("rec-ext");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-ext"),
              "needs host extension org.example.time-travel/1, which this host does not have");
}

TEST_F(Loading, AFlagBelongsToOnePlugin) {
    host.add("rec-a");
    host.add("rec-twin"); // --rec-a-level
    host.add("rec-b");
    host.settings.reserved_flags = {"rec-b-level"};
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-twin"),
              file("rec-twin") + ": its option flag --rec-a-level belongs to plugin rec-a");
    EXPECT_EQ(host.reason("rec-b"),
              file("rec-b") + ": its option flag --rec-b-level belongs to banger itself");
}

TEST_F(Loading, TheConfigurationIsCheckedWithThePluginsSchema) {
    host.add("rec-a");
    host.entry("rec-a").config_json = R"({"log":7,"order":"x"})";
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-a"),
              "config.yaml:1:1: plugins.entries.rec-a.config: log: expected string, found 7; "
              "order: unknown key; did you mean 'orders'?");
    EXPECT_THAT(host.recorded(), ElementsAre());
}

TEST_F(Loading, AnUnknownPluginIsAnErrorUnlessItIsBuiltIn) {
    host.add("rec-a");
    host.entry("reca").place = "config.yaml:7:3";
    host.entry("built-in").builtin = true;
    EXPECT_EQ(host.load(), "config.yaml:7:3: plugins.entries.reca: no plugin 'reca' in " +
                               host.plugins.string() + "; did you mean 'rec-a'?");
    EXPECT_EQ(host.reason("built-in"), "not installed in " + host.plugins.string());
}

TEST_F(Loading, ACheckAsksThePluginAndStartsNone) {
    host.add("rec-a", "create=silent"); // as invalid
    host.add("rec-b");
    host.add("rec-c", "create=error"); // a conflict: not of the configuration
    host.add("rec-ext");
    host.entry("rec-a").places = {{"", "config.yaml:3:4"}};
    host.settings.path.push_back(host.dir.path() / "nowhere");
    const AbsentServices services;
    Catalog catalog(host.settings, services.get(), host.timeouts);
    EXPECT_THAT(catalog.check(),
                ElementsAre(StartsWith("config.yaml:3:4: plugins.entries.rec-a.config: "),
                            StartsWith("config.yaml:1:1: plugins.entries.rec-ext: needs host "
                                       "extension org.example.time-travel/1")));
    EXPECT_THAT(catalog.bad_folders(),
                ElementsAre(testing::Pair(host.dir.path() / "nowhere", HasSubstr("No such file"))));
    catalog.stop();
    EXPECT_THAT(host.recorded(),
                ElementsAre("rec-a create", "rec-b create", "rec-c create", "rec-b destroy"));
}

TEST_F(Loading, ACheckTellsWhatDoesNotGoTogether) {
    host.settings.reserved_flags = {"rec-b-level"};
    for (const char* id : {"rec-a", "rec-b", "rec-c", "rec-chain", "rec-needy", "rec-twin"}) {
        host.add(id);
    }
    host.entry("rec-c").builtin = true;
    ::chmod((host.plugins / "rec-c.so").c_str(), 0777); // also one that is on without an entry
    const auto problems = [this] {
        const AbsentServices services;
        Catalog catalog(host.settings, services.get(), host.timeouts);
        return catalog.check();
    };
    EXPECT_THAT(
        problems(),
        ElementsAre(AllOf(HasSubstr("plugins.entries.rec-b: "),
                          HasSubstr("its option flag --rec-b-level belongs to banger itself")),
                    HasSubstr("plugins.entries.rec-c: "),
                    AllOf(HasSubstr("plugins.entries.rec-twin: "),
                          HasSubstr("its option flag --rec-a-level belongs to plugin rec-a; "
                                    "repair that, or set enabled: false"))));
    host.entry("rec-a").enabled = false;
    EXPECT_THAT(problems(),
                ElementsAre(HasSubstr("rec-b"), HasSubstr("rec-c"),
                            HasSubstr("plugins.entries.rec-chain: needs plugin 'rec-needy', which "
                                      "did not load"),
                            HasSubstr("plugins.entries.rec-needy: needs plugin 'rec-a', which did "
                                      "not load: switched off in config.yaml")));
    host.entry("rec-b").required = true; // off as well would be an error, too
    EXPECT_THAT(problems(),
                testing::Contains(AllOf(HasSubstr("plugins.entries.rec-b: "),
                                        HasSubstr("; repair that, or take out required: true"))));
}

TEST_F(Loading, ARequiredPluginStopsTheStart) {
    host.add("rec-a", "create=error");
    host.entry("rec-a").required = true;
    EXPECT_EQ(host.load(), "required plugin rec-a did not load: plugin rec-a, create: as ordered");
}

TEST_F(Loading, WhyNoPluginGivesANetworkIsTold) {
    host.add("polite");
    host.entry("polite").enabled = false;
    host.add("rec-a"); // adds to the guest's configuration, but no card
    EXPECT_EQ(host.load(), "");
    auto why = host.dispatch->no_network();
    ASSERT_TRUE(why);
    EXPECT_STREQ(why->what(),
                 "no plugin gives VMs a network: plugin polite: switched off in config.yaml");
    EXPECT_EQ(why->hint(),
              "set plugins.entries.polite.enabled: true in config.yaml, or set "
              "network.required: false in config.yaml for VMs without one; then: banger "
              "daemon restart");
    EXPECT_EQ(no_network(*host.catalog)->key, "plugins.entries.polite.enabled");

    PluginHost broken;
    broken.settings.entries["absent"].builtin = true;
    broken.add("rec-a");
    ::chmod((broken.plugins / "rec-a.so").c_str(), 0777);
    EXPECT_EQ(broken.load(), "");
    why = broken.dispatch->no_network();
    ASSERT_TRUE(why);
    EXPECT_THAT(why->what(), HasSubstr("plugin absent: not installed in "));
    EXPECT_THAT(why->hint(),
                StartsWith("repair the one of absent, rec-a that gives VMs a network, as "
                           "tap-pool does (banger plugin show NAME), or set "
                           "network.required: false"));
    EXPECT_EQ(no_network(*broken.catalog)->key, "network.required");
    broken.stop();
    broken.kv.set("banger", "knows:rec-a",
                  R"({"places":[],"guest_services":false,"gives_network":false})");
    EXPECT_EQ(broken.load(), "");
    EXPECT_THAT(broken.dispatch->no_network()->hint(),
                StartsWith("repair that (banger plugin show absent), or set "));

    PluginHost none;
    none.add("rec-a");
    EXPECT_EQ(none.load(), "");
    ASSERT_TRUE(none.dispatch->no_network());
    EXPECT_STREQ(none.dispatch->no_network()->what(), "no plugin gives VMs a network");

    PluginHost whole;
    whole.add("polite");
    EXPECT_EQ(whole.load(), "");
    EXPECT_FALSE(whole.dispatch->no_network());
}

TEST_F(Loading, AFailingOnStartEndsThatPluginOnly) {
    host.add("rec-a", "on_start=error");
    host.add("rec-b");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.reason("rec-a"), "plugin rec-a, on_start: as ordered");
    EXPECT_EQ(to_json(host.info("rec-a"))["hint"], "change the order");
    EXPECT_TRUE(host.logged("not loaded: plugin rec-a, on_start: as ordered; change the order"));
    EXPECT_FALSE(to_json(host.info("rec-b")).contains("hint"));
    EXPECT_EQ(host.catalog->find("rec-a"), nullptr);
    EXPECT_NE(host.catalog->find("rec-b"), nullptr);
}

TEST_F(Loading, APluginIsDescribed) {
    host.add("polite");
    host.add("rec-a");
    EXPECT_EQ(host.load(), "");
    const nlohmann::json polite = to_json(host.info("polite"));
    EXPECT_EQ(polite["state"], "active");
    EXPECT_EQ(polite["version"], "2.1.0");
    EXPECT_EQ(polite["abi"], "1.0");
    EXPECT_EQ(polite["concurrent"], true);
    EXPECT_EQ(polite["gives_network"], true);
    EXPECT_THAT(polite["interfaces"].get<std::vector<std::string>>(),
                ElementsAre("banger.guest-config/1", "banger.vm-lifecycle/1", "banger.cli/1",
                            "banger.doctor/1", "banger.rpc/1", "banger.status/1",
                            "banger.web-panel/1"));
    EXPECT_FALSE(polite["actions"][0].contains("repeatable"));
    EXPECT_EQ(polite["actions"][1]["repeatable"], true);
    const nlohmann::json rec = to_json(host.info("rec-a"));
    EXPECT_EQ(rec["gives_network"], false);
    EXPECT_EQ(rec["options"][0]["flag"], "--rec-a-level");
    EXPECT_THAT(polite["hooks"].get<std::vector<std::string>>(), testing::Contains("contribute"));
    EXPECT_THAT(polite["hooks"].get<std::vector<std::string>>(),
                testing::Not(testing::Contains("on_start")));
    EXPECT_EQ(rec["actions"][1]["place"], "image spoil");
    EXPECT_EQ(rec["readiness_stage"], "rec-a");
}

TEST_F(Loading, PlacesOfVerbsAreKnownOfAPluginThatIsOff) {
    host.add("rec-a");
    host.entry("rec-a").enabled = false;
    EXPECT_EQ(host.load(), "");
    EXPECT_FALSE(to_json(host.info("rec-a")).contains("places")) << "its file was never read";
    host.stop();
    host.entry("rec-a").enabled = true;
    EXPECT_EQ(host.load(), "");
    const nlohmann::json places{"image spoil"};
    const nlohmann::json flags{"--rec-a-level"};
    EXPECT_EQ(to_json(host.info("rec-a"))["places"], places);
    host.stop();
    host.entry("rec-a").enabled = false;
    host.kv.remove("banger", "held:rec-a"); // it is not even asked to leave
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(host.info("rec-a").manifest, nullptr);
    EXPECT_EQ(to_json(host.info("rec-a"))["places"], places);
    EXPECT_EQ(to_json(host.info("rec-a"))["flags"], flags);
}

TEST_F(Loading, WhyNobodyReachesAGuest) {
    host.add("polite");
    EXPECT_EQ(host.load(), "");
    const auto why = [&] {
        return error_of([&] {
            static_cast<void>(host.dispatch->guest_exec(vm_named("web"), "{}", host.context));
        });
    };
    EXPECT_EQ(why(), "nothing in the guest of VM web answers");
    host.stop();
    host.entry("polite").enabled = false;
    host.kv.set("banger", "knows:polite",
                R"({"places":[],"guest_services":true,"gives_network":true})");
    host.kv.remove("banger", "held:polite");
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(why(), "the guest of VM web cannot be asked: plugin polite is off: "
                     "switched off in config.yaml");
    host.kv.set("banger", "knows:polite", "[]");
    host.stop();
    EXPECT_EQ(host.load(), "");
    EXPECT_EQ(why(), "nothing in the guest of VM web answers") << "not ours, and no harm";
}

} // namespace
} // namespace banger::plugin
