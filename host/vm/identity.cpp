#include "vm/identity.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "vm/machine.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
namespace fs = std::filesystem;

namespace {

fs::path public_of(const fs::path& key) {
    return key.string() + ".pub";
}

} // namespace

std::string host_key_alias(const std::string& vm_id) {
    return "banger-" + vm_id;
}

std::string machine_id(const std::string& vm_id) {
    // machine-id(5) wants 32 digits that identify the machine; the id is random already.
    std::string text = vm_id + vm_id + vm_id;
    text.resize(32, '0');
    return text;
}

void make_identity(const MachinePaths& paths, const std::string& alias) {
    const fs::path key = paths.host_key();
    const os::Output made =
        os::run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", alias, "-f", key.string()});
    if (!made.status.ok()) {
        throw os::Error(os::ErrorKind::unavailable,
                        "make the guest's SSH host key: ssh-keygen: " +
                            (made.err.empty() ? made.status.text() : made.err),
                        "install the package openssh-client");
    }
    os::write_file_atomic(paths.known_hosts(), alias + " " + os::read_file(public_of(key)), 0600);
}

nlohmann::json host_keys_json(const MachinePaths& paths) {
    return {{{"type", "ed25519"},
             {"private", os::read_file(paths.host_key())},
             {"public", os::read_file(public_of(paths.host_key()))}}};
}

} // namespace banger::vm
