// What an editor says by config.schema.json beside what the daemon says of the same file: it never
// calls wrong what the daemon takes, and refuses what a schema can refuse.
#include "config/config.hpp"
#include "config/yaml_json.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include "support/json_verdict.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace banger::config {
namespace {

using nlohmann::json;

bool editor_takes(const std::string& yaml) {
    static const json schema = json::parse(
        os::read_file(std::string(BANGER_SOURCE_DIR) + "/host/config/config.schema.json"));
    std::string text;
    EXPECT_FALSE(to_canonical_json(YAML::Load(yaml), text)) << yaml;
    return test::follows_schema(json::parse(text), schema);
}

bool daemon_takes(const std::string& yaml) {
    try {
        static_cast<void>(parse_config(yaml, "c.yaml"));
        return true;
    } catch (const os::Error&) {
        return false;
    }
}

struct SchemaVerdict : testing::Test {
    SchemaVerdict() { ::setenv("HOME", "/home/me", 1); }
};

TEST_F(SchemaVerdict, AnEditorTakesWhatTheDaemonTakes) {
    for (const char* yaml :
         {"{}",
          "vm:",
          "vm: {memory: 512}",
          "vm: {memory: 512.0}",
          "vm: {memory: 0.5G}",
          "vm: {memory: .5g}",
          "vm: {memory: 2.GiB}",
          "vm: {memory: 0128M}",
          "vm: {memory: 16T}",
          "vm: {memory: 16384GiB}",
          "vm: {memory: 16777216m}",
          "vm: {memory: 17179869184K}",
          "vm: {memory: 131072k}",
          "vm: {work_disk: 64}",
          "vm: {disk: 16777216}",
          "vm: {disk: '9G'}",
          "console: {max_size: 0.5}",
          "console: {max_size: 64K}",
          "console: {max_size: 1G}",
          "log: {max_size: 1024}",
          "log: {max_size: .0009T}",
          "vm: {create_timeout: 1h}",
          "vm: {create_timeout: 60m}",
          "vm: {create_timeout: 3600}",
          "vm: {create_timeout: 3600S}",
          "vm: {create_timeout: 3600000MS}",
          "vm: {create_timeout: 0.5H}",
          "vm: {create_timeout: 1.5}",
          "vm: {create_timeout: 59.5m}",
          "vm: {stop_timeout: 0}",
          "vm: {stop_timeout: 0s}",
          "vm: {idle_stop: 8760h}",
          "vm: {idle_stop: 525600m}",
          "vm: {image: foo}",
          "vm: {autostart: on}",
          "network: {subnet: auto}",
          "network: {subnet: 10.1.0.0/16}",
          "network: {subnet: 172.31.255.248/29}",
          "network: {subnet: 192.168.7.0/24}",
          "network: {subnet: 100.127.0.0/16}",
          "network: {subnet: 198.19.0.0/24}",
          "qemu: {binary: qemu}",
          "qemu: {binary: /opt/qemu}",
          "qemu: {binary: ~/q}",
          "runtime: {bundle: ''}",
          "runtime: {bundle: ~/b}",
          "plugins: {path: []}",
          "plugins: {path: [/a, ~/b]}",
          "plugins: {entries: {nat: }}",
          "plugins: {entries: {nat: {enabled: false}}}",
          "plugins: {entries: {nat: {enabled: false, required: false}}}",
          "plugins: {entries: {nat: {required: true}}}",
          "plugins: {entries: {my-own: {required: true, config: {x: [1]}}}}",
          "plugins: {entries: {nat: {timeout: 1h, after: [dns], on_error: warn}}}"}) {
        EXPECT_TRUE(daemon_takes(yaml)) << yaml;
        EXPECT_TRUE(editor_takes(yaml)) << yaml;
    }
}

/// These are found by plugins' checks of the daemon only (plugin/entry_check.hpp).
TEST_F(SchemaVerdict, AnEditorTakesPatternsThatCanMatchAField) {
    for (const char* pattern : {"kernel_arg:quiet", "drive:data", "nic:*", "file:/etc/*", "*", "?*",
                                "kernel*", "file:*", "file:/?", "[fn]*", "k[e]*"}) {
        const std::string begin = "plugins: {entries: {nat: {allow_override: ['";
        EXPECT_TRUE(editor_takes(begin + pattern + "']}}}")) << pattern;
    }
}

TEST_F(SchemaVerdict, AnEditorRefusesWhatTheDaemonRefuses) {
    for (const char* yaml : {"vm: {work_disk: -1}",
                             "vm: {memory: 5}",
                             "vm: {memory: 17T}",
                             "vm: {memory: 16385G}",
                             "vm: {memory: 512.5}",
                             "vm: {memory: 1X}",
                             "vm: {memory: '-1'}",
                             "vm: {memory: .}",
                             "vm: {disk: 16777217}",
                             "vm: {create_timeout: 90m}",
                             "vm: {create_timeout: 2h}",
                             "vm: {create_timeout: 3601}",
                             "vm: {create_timeout: 3601s}",
                             "vm: {create_timeout: 0}",
                             "vm: {stop_timeout: -1}",
                             "vm: {idle_stop: 9000h}",
                             "vm: {vcpus: 0}",
                             "console: {max_size: 2G}",
                             "log: {max_size: 0}",
                             "log: {max_size: 1T}",
                             "network: {subnet: 8.8.8.0/24}",
                             "network: {subnet: 172.32.0.0/16}",
                             "network: {subnet: 10.0.0.0/8}",
                             "network: {subnet: 10.0.0.0}",
                             "network: {subnet: 10.300.0.0/24}",
                             "qemu: {binary: ./qemu}",
                             "qemu: {binary: ''}",
                             "runtime: {bundle: here}",
                             "plugins: {path: [plugins]}",
                             "plugins: {path: ['']}",
                             "plugins: {entries: {nat: true}}",
                             "plugins: {entries: {Nat: {}}}"}) {
        EXPECT_FALSE(daemon_takes(yaml)) << yaml;
        EXPECT_FALSE(editor_takes(yaml)) << yaml;
    }
    for (const char* entry :
         {"{required: true, enabled: false}", "{allow_override: [foo]}", "{allow_override: ['x*']}",
          "{allow_override: ['file:']}", "{after: [Not an id]}"}) { // the plugins' checks refuse
        EXPECT_FALSE(editor_takes("plugins: {entries: {nat: " + std::string(entry) + "}}"))
            << entry;
        EXPECT_FALSE(editor_takes("plugins: {entries: {own: " + std::string(entry) + "}}"))
            << entry;
    }
}

} // namespace
} // namespace banger::config
