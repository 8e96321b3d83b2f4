#include "vmm/probe_cache.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace banger::vmm {
using nlohmann::json;

std::string probe_key(const std::filesystem::path& binary, const std::string& wish) {
    struct stat info {};
    if (::stat(binary.c_str(), &info) != 0) {
        throw os::errno_error(binary.string());
    }
    // Rights on /dev/kvm come and go with group membership within one boot.
    const bool kvm = ::access("/dev/kvm", R_OK | W_OK) == 0;
    return os::current_boot_id() + " " + binary.string() + " " + std::to_string(info.st_size) +
           " " + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) +
           (wish.empty() ? "" : " " + wish) + (kvm ? " kvm" : " no-kvm");
}

std::optional<json> load_probe(const std::filesystem::path& file, const std::string& key) {
    try {
        const auto text = os::find_file(file);
        if (!text) {
            return std::nullopt;
        }
        json in = json::parse(*text);
        return in.at("key") == key ? std::optional<json>(std::move(in)) : std::nullopt;
    } catch (const json::exception&) {
        return std::nullopt;
    } catch (const os::Error&) {
        return std::nullopt;
    }
}

void store_probe(const std::filesystem::path& file, const std::string& key,
                 const json& result) noexcept {
    try {
        json out = result;
        out["key"] = key;
        os::write_file_atomic(file, out.dump() + "\n");
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): said in the header
    }
}

} // namespace banger::vmm
