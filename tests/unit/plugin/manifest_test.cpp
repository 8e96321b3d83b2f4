#include "plugin/manifest.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

namespace banger::plugin {
namespace {

banger_status create(const banger_host*, banger_call*, banger_str, void**) {
    return BANGER_OK;
}
void destroy(void*) {}
banger_status hook(void*, banger_call*, const banger_vm*) {
    return BANGER_OK;
}
banger_status undo(void*, banger_call*, const banger_vm*, std::uint32_t, std::uint32_t) {
    return BANGER_OK;
}
banger_status run(void*, banger_call*, banger_str) {
    return BANGER_OK;
}
banger_status changed(void*, banger_call*, const banger_vm*, banger_str, banger_str) {
    return BANGER_OK;
}

/// A good plugin in memory; each test spoils one thing.
struct ManifestTest : testing::Test {
    banger_vm_lifecycle lifecycle{};
    banger_readiness readiness{sizeof(banger_readiness), 0, "agent", "the agent", hook};
    banger_option option{sizeof(banger_option), 0, "speed", "speed", R"({"type":"integer"})"};
    const banger_option* option_items[1] = {&option};
    banger_vm_options options{};
    banger_action action{};
    const banger_action* action_items[1] = {&action};
    banger_actions actions{sizeof(banger_actions), 1, action_items};
    banger_iface ifaces[5] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle},
                              {BANGER_IFACE_READINESS, &readiness},
                              {BANGER_IFACE_VM_OPTIONS, &options},
                              {BANGER_IFACE_CLI, &actions},
                              {"org.example.other/3", &actions}};
    banger_descriptor descriptor{};
    banger_entry entry{};

    void SetUp() override {
        lifecycle = {};
        options = {};
        action = {};
        descriptor = {};
        lifecycle.struct_size = sizeof lifecycle;
        lifecycle.before_start = hook;
        lifecycle.undo = undo;
        options.struct_size = sizeof options;
        options.count = 1;
        options.items = option_items;
        action.struct_size = sizeof action;
        action.name = "ls";
        action.run = run;
        descriptor.struct_size = sizeof descriptor;
        descriptor.id = "good";
        descriptor.name = "Good";
        descriptor.version = "1.2.3";
        entry = {BANGER_MAGIC, sizeof entry, 1,      0,       0,      5,
                 &descriptor,  ifaces,       create, nullptr, destroy};
    }
    std::string read() {
        try {
            static_cast<void>(read_manifest("/p/good.so", &entry));
        } catch (const os::Error& error) {
            return error.what();
        }
        return "";
    }
};

TEST_F(ManifestTest, AGoodOneIsCopied) {
    const Manifest manifest = read_manifest("/p/good.so", &entry);
    EXPECT_EQ(manifest.id, "good");
    EXPECT_EQ(manifest.interfaces.size(), 5U);
    EXPECT_EQ(manifest.lifecycle, &lifecycle);
    EXPECT_EQ(manifest.readiness, &readiness);
    EXPECT_EQ(manifest.actions.at("cli"), &actions);
    EXPECT_EQ(manifest.footprint, nullptr);
}

TEST_F(ManifestTest, TheEntryItself) {
    try {
        static_cast<void>(read_manifest("/p/good.so", nullptr));
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "/p/good.so: banger_plugin_entry_v1 returned NULL");
    }
    entry.magic = 0x12345678;
    EXPECT_EQ(read(), "/p/good.so: magic is 0x12345678, expected 0x31504742");
    SetUp();
    entry.abi_major = 2;
    EXPECT_EQ(read(), "/p/good.so: built for ABI major 2, this host has 1");
    SetUp();
    entry.struct_size = 40;
    EXPECT_EQ(read(), "/p/good.so: its entry has 40 bytes, expected at least 64");
    SetUp();
    entry.min_minor = 99;
    EXPECT_EQ(read(), "/p/good.so: needs ABI 1.99 or later, this host has 1.0");
    SetUp();
    entry.built_minor = 99; // a newer plugin that can do with an older host
    EXPECT_EQ(read(), "");
    entry.create = nullptr;
    EXPECT_EQ(read(), "/p/good.so: its entry has no create");
    SetUp();
    entry.destroy = nullptr;
    EXPECT_EQ(read(), "/p/good.so: its entry has no destroy");
    SetUp();
    entry.desc = nullptr;
    EXPECT_EQ(read(), "/p/good.so: its entry has no descriptor");
}

TEST_F(ManifestTest, TheDescriptor) {
    descriptor.id = "Good";
    EXPECT_EQ(read(), "/p/good.so: its id 'Good' is none: ^[a-z][a-z0-9-]{0,31}$");
    descriptor.id = nullptr;
    EXPECT_EQ(read(), "/p/good.so: its id '' is none: ^[a-z][a-z0-9-]{0,31}$");
    descriptor.id = "better";
    EXPECT_EQ(read(), "/p/good.so: its id is 'better', expected 'good' as the file is named");
    SetUp();
    descriptor.version = "";
    EXPECT_EQ(read(), "/p/good.so: its descriptor has no version");
    SetUp();
    descriptor.flags = 8;
    EXPECT_EQ(read(),
              "/p/good.so: its descriptor has flags 0x00000008, this host knows 0x00000003");
    SetUp();
    descriptor.config_schema = "{";
    EXPECT_EQ(read(), "/p/good.so: its config_schema is unusable: schema: not JSON");
}

TEST_F(ManifestTest, TheInterfaces) {
    ifaces[4].id = BANGER_IFACE_CLI;
    EXPECT_EQ(read(), "/p/good.so: interface banger.cli/1 twice");
    ifaces[4].id = nullptr;
    EXPECT_EQ(read(), "/p/good.so: an interface without an id");
    ifaces[4] = {"org.example.other/3", nullptr};
    EXPECT_EQ(read(), "/p/good.so: an interface without a table: org.example.other/3");
    ifaces[4].table = &actions;
    lifecycle.struct_size = 8;
    EXPECT_EQ(read(),
              "/p/good.so: banger.vm-lifecycle/1's table has 8 bytes, expected at least 96");
    SetUp();
    lifecycle.undo = nullptr;
    EXPECT_EQ(read(), "/p/good.so: has before_start but no undo");
    SetUp();
    readiness.wait = nullptr;
    EXPECT_EQ(read(), "/p/good.so: its readiness stage 'agent' has no wait function");
}

TEST_F(ManifestTest, OptionsAndActions) {
    options.option_changed = changed;
    EXPECT_EQ(read(), "/p/good.so: has option_changed but no option_undo");
    SetUp();
    options.option_changed = nullptr;
    option.schema = R"({"typ":"integer"})";
    EXPECT_EQ(read(), "/p/good.so: option 'speed' is unusable: schema: unknown keyword 'typ'; did "
                      "you mean 'type'?");
    option.schema = "{}";
    option.cli_flag = "--speed";
    EXPECT_EQ(read(),
              "/p/good.so: option 'speed': its flag '--speed' is not ^[a-z][a-z0-9-]{0,31}$");
    option.cli_flag = nullptr;
    action.flags = BANGER_ACTION_REPEATABLE;
    EXPECT_EQ(read(), "");
    action.flags = 2;
    EXPECT_EQ(read(),
              "/p/good.so: banger.cli/1 'ls' has flags 0x00000002, this host knows 0x00000001");
    SetUp();
    action.run = nullptr;
    EXPECT_EQ(read(), "/p/good.so: banger.cli/1 'ls' has no run function");
    action.name = "l s";
    EXPECT_EQ(read(),
              "/p/good.so: banger.cli/1 'l s' is named twice or not ^[a-z][a-z0-9-]{0,31}$");
}

TEST_F(ManifestTest, TextsHaveALengthAndAreUtf8) {
    const std::string line(1025, 'x');
    descriptor.summary = line.c_str();
    EXPECT_EQ(read(), "/p/good.so: its summary is longer than 1024 bytes");
    descriptor.summary = "\xc3\x28";
    EXPECT_EQ(read(), "/p/good.so: its summary is not UTF-8");
    SetUp();
    const std::string schema(262145, ' ');
    descriptor.config_schema = schema.c_str();
    EXPECT_EQ(read(), "/p/good.so: its config_schema is longer than 262144 bytes");
    SetUp();
    option.schema = schema.c_str();
    EXPECT_EQ(read(), "/p/good.so: option 'speed' is longer than 262144 bytes");
    option.schema = "{}";
    const std::string word(129, 'x');
    const char* const after[] = {"a", word.c_str(), nullptr};
    descriptor.after = after;
    EXPECT_EQ(read(), "/p/good.so: an item of after is longer than 128 bytes");
    SetUp();
    action.place = "vm  ports";
    EXPECT_EQ(read(), "/p/good.so: banger.cli/1 'ls': its place 'vm  ports' is not words of a-z, "
                      "0-9 and -");
    action.place = "vm ports";
    EXPECT_EQ(read(), "");
    action.result_schema = "[";
    EXPECT_EQ(read(), "/p/good.so: banger.cli/1 'ls': result_schema is unusable: schema: not JSON");
}

} // namespace
} // namespace banger::plugin
