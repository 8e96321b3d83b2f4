#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace banger::config {

/// What config.yaml says about one plugin.
struct PluginEntry {
    bool enabled = true;
    bool required = false;                   ///< the daemon does not start without it
    std::string on_error = "fail";           ///< "fail" or "warn": whether its veto counts
    std::chrono::milliseconds timeout{0};    ///< of a hook; 0 is what the plugin asks for
    std::vector<std::string> after;          ///< run behind these plugins
    std::vector<std::string> allow_override; ///< guest configuration fields it may take from others
    std::string config = "{}";               ///< JSON object, for the plugin alone
    std::string place;                       ///< "config.yaml:12:5"; empty when built in
};

/// The configuration in force: the file over the built-in values. Each member is one key of the
/// file; keys.cpp has the names, limits and descriptions.
struct Config {
    struct {
        std::string bridge = "banger";
        std::string subnet = "172.30.88.0/24"; ///< or "auto": the first that is free
        std::int64_t mtu = 1500;
        bool required = true; ///< no VM starts that no plugin gives a network card
    } network;
    struct {
        std::string image; ///< empty: the runtime bundle's
        std::int64_t vcpus = 1;
        std::int64_t memory_mib = 512;
        std::int64_t disk_mib = 8192;
        std::int64_t work_disk_mib = 8192;
        std::string disk_mode = "overlay";         ///< "overlay" or "copy"
        std::int64_t disk_bandwidth = 0;           ///< bytes per second of each disk; 0: no limit
        std::int64_t disk_iops = 0;                ///< operations per second of each disk
        std::int64_t network_bandwidth = 0;        ///< bytes per second each way
        std::string vmm = "auto";                  ///< "auto", "firecracker" or "qemu"
        std::string autostart = "off";             ///< "on", "off" or "last"
        std::chrono::milliseconds idle_stop{0};    ///< 0: never
        std::chrono::milliseconds max_lifetime{0}; ///< 0: for ever
        std::chrono::milliseconds create_timeout{120'000};
        std::chrono::milliseconds stop_timeout{20'000};
    } vm;
    struct {
        std::string bundle; ///< folder; empty: the usual places are searched
    } runtime;
    struct {
        std::string binary = "auto";    ///< or a name in PATH or an absolute path
        bool jailer = false;            ///< run it in Firecracker's jailer
        std::int64_t jail_uid = 70'000; ///< the first of 1000 that jailed VMs run as
    } firecracker;
    struct {
        std::string binary = "qemu-system-x86_64"; ///< a name in PATH or an absolute path
        std::string accel = "auto";                ///< "auto", "kvm" or "tcg"
        std::string agent_channel = "serial";      ///< "serial", "vsock" or "auto"
    } qemu;
    struct {
        std::int64_t max_size = 4 << 20; ///< bytes kept of a VM's console
    } console;
    struct {
        std::string level = "info";
        std::int64_t max_size = 8 << 20; ///< bytes of bangerd.log before it is turned over
    } log;
    struct {
        std::vector<std::string> path; ///< folders searched before the installed one
        std::map<std::string, PluginEntry> entries;
    } plugins;

    std::filesystem::path file; ///< where it was read from; empty when there is no file
    /// Keys that the file sets, as "network.mtu", and where: "config.yaml:3:8". The settings of a
    /// plugin are among them, and good entries of lists ("plugins.entries.dns.config.ports[0]").
    std::map<std::string, std::string> from_file;
};

/// The built-in values, with the plugins that are on by default.
[[nodiscard]] Config default_config();

/// A file as far as it can be read: what is wrong has its built-in value.
struct Reading {
    Config config;
    std::vector<std::string> problems; ///< "file:line:column: key: what is wrong", in their order
    bool is_yaml = true; ///< false: no line was read, the values are the built-in ones
};
/// Throws only when the file cannot be read at all; a missing one is default_config().
[[nodiscard]] Reading read_config(const std::filesystem::path& file);

/// Text that must be right; `name` stands in front of the line numbers. Throws Error(invalid) whose
/// details() have one line "file:line:column: key: what is wrong" for each thing that is wrong.
[[nodiscard]] Config parse_config(std::string_view text, const std::string& name);

} // namespace banger::config
