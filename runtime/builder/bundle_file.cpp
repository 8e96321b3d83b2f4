#include "builder/bundle_file.hpp"

#include "builder/archive.hpp"
#include "builder/parts.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

/// Every value of bundle.json that is a path, as a JSON pointer; the last ones may be absent.
constexpr std::array<const char*, 12> path_keys{
    "/kernel/vmlinuz", "/kernel/vmlinux",   "/kernel/config",      "/kernel/modules",
    "/initramfs",      "/rootfs/path",      "/work_seed",          "/ssh_key",
    "/agent",          "/firecracker/path", "/firecracker/jailer", "/firecracker"};

std::string now() {
    const std::time_t time = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

json components(const std::vector<Record>& records) {
    json out = json::array();
    for (const Record& record : records) {
        out.push_back({{"name", record.name},
                       {"sha256", record.sha256},
                       {"bytes", record.bytes},
                       {"seconds", std::round(record.seconds * 10) / 10}});
    }
    return out;
}

bool has(const std::vector<Record>& records, const std::string& name) {
    for (const Record& record : records) {
        if (record.name == name) {
            return true;
        }
    }
    return false;
}

void write(const fs::path& bundle, json document) {
    const fs::path file = bundle / "bundle.json";
    if (const auto text = os::find_file(file, 1U << 20U)) {
        json old = json::parse(*text, nullptr, false);
        if (old.is_object() && old.contains("built_at")) {
            document["built_at"] = old["built_at"];
            if (document == old) {
                return;
            }
        }
    }
    document["built_at"] = now();
    os::write_file_atomic(file, document.dump(2) + "\n", 0644);
}

json read(const fs::path& bundle) {
    const fs::path file = bundle / "bundle.json";
    json document = json::parse(os::read_file(file, 1U << 20U), nullptr, false);
    if (!document.is_object() || document.value("version", json()) != 1) {
        throw Error(ErrorKind::invalid,
                    file.string() + " is not a bundle description of version 1");
    }
    return document;
}

} // namespace

void write_bundle_file(const fs::path& bundle, const Manifest& manifest,
                       const std::vector<Record>& records) {
    json document{
        {"version", 1},
        {"arch", "x86_64"},
        {"kernel",
         {{"version", kernel_version(bundle)},
          {"vmlinuz", "vmlinuz"},
          {"vmlinux", "vmlinux"},
          {"config", "config"},
          {"modules", "modules"}}},
        {"initramfs", "initramfs.img"},
        {"rootfs",
         {{"name", manifest.rootfs.name},
          {"path", "rootfs.ext4"},
          {"release", manifest.debian.release},
          {"size_bytes", fs::file_size(bundle / "rootfs.ext4")}}},
        {"work_seed", "work-seed.ext4"},
        {"ssh_key", "id_ed25519"},
        {"agent", nullptr},
        {"firecracker", nullptr},
        {"components", components(records)},
    };
    if (has(records, "agent")) {
        document["agent"] = "banger-vsock-agent";
    }
    if (has(records, "firecracker")) {
        document["firecracker"] = {{"path", "firecracker"},
                                   {"version", manifest.firecracker->version}};
        if (fs::exists(bundle / "jailer")) { // of the same release
            document["firecracker"]["jailer"] = "jailer";
        }
    }
    write(bundle, std::move(document));
}

void check_bundle_file(const fs::path& bundle) {
    const json document = read(bundle);
    for (const char* key : path_keys) {
        const json::json_pointer pointer(key);
        if (!document.contains(pointer) || !document[pointer].is_string()) {
            continue;
        }
        const std::string path = checked_entry_path(document[pointer].get<std::string>());
        // The archive of a shared bundle leaves the key out; it is made here.
        if (!fs::exists(bundle / path) && std::string(key) != "/ssh_key") {
            throw Error(ErrorKind::not_found, "bundle.json names " + path + ", which is not there");
        }
    }
    for (const char* key : {"/kernel/vmlinuz", "/initramfs", "/rootfs/path", "/work_seed"}) {
        const json::json_pointer pointer(key);
        if (!document.contains(pointer) || !document[pointer].is_string()) {
            throw Error(ErrorKind::invalid, std::string("bundle.json has no ") + (key + 1));
        }
    }
}

void adopt_bundle_file(const fs::path& folder, const std::vector<Record>& records) {
    json document = read(folder / "ready");
    for (const char* key : path_keys) {
        const json::json_pointer pointer(key);
        if (document.contains(pointer) && document[pointer].is_string()) {
            document[pointer] = "ready/" + checked_entry_path(document[pointer].get<std::string>());
        }
    }
    if (has(records, "ssh-key")) {
        document["ssh_key"] = "id_ed25519";
    }
    document["components"] = components(records);
    write(folder, std::move(document));
}

} // namespace banger::bundle
