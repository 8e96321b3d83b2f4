#include "privileged/jail_request.hpp"

#include "os/error.hpp"
#include "privileged/arguments.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

constexpr std::size_t max_taps = 16;
constexpr std::size_t max_path = 1024;
constexpr std::uint64_t max_memory_mib = std::uint64_t{1} << 25U; ///< the largest VM and its VMM
/// Below are people and services; from 2^31 on some programs take a number for a negative one.
constexpr uid_t least_uid = 65'536;
constexpr uid_t last_uid = 2'000'000'000;

/// As Firecracker's jailer has it, but small letters only, and no '-' for it to take for an option.
bool is_vm_id(std::string_view id) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !id.empty() && id.size() <= 32 && std::all_of(id.begin(), id.end(), plain);
}

std::vector<std::string> taps_of(Arguments& arguments) {
    std::vector<std::string> taps;
    for (const nlohmann::json& name : arguments.list("taps", max_taps)) {
        if (!name.is_string() || !is_tap_name(name.get_ref<const std::string&>())) {
            throw Error(ErrorKind::invalid,
                        "argument \"taps\" must be a list of names: \"bgr\" and 1 to 12 of a-z "
                        "and 0-9");
        }
        taps.push_back(name.get<std::string>());
    }
    return taps;
}

} // namespace

JailRequest parse_jail_request(Arguments& arguments) {
    JailRequest request;
    request.id = arguments.word("id");
    if (!is_vm_id(request.id)) {
        throw Error(ErrorKind::invalid, "argument \"id\" must be 1 to 32 of a-z and 0-9");
    }
    request.firecracker = arguments.path("firecracker", max_path);
    request.taps = taps_of(arguments);
    request.files = arguments.number("files", 1, max_jail_files);
    request.first_uid = static_cast<uid_t>(arguments.number("first_uid", least_uid, last_uid));
    request.limits.memory_mib = arguments.number("memory_mib", 0, max_memory_mib);
    request.limits.cpus = arguments.number("cpus", 0, 1024);
    request.limits.tasks = arguments.number("tasks", 0, 4096);
    return request;
}

} // namespace banger::privileged
