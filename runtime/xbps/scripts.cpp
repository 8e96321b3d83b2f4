#include "xbps/scripts.hpp"

#include "builder/tool.hpp"
#include "os/error.hpp"
#include "xbps/tree.hpp"

namespace banger::xbps {

std::optional<std::string> run_install_script(const Tree& tree, const Package& package,
                                              const std::string& script, const std::string& action,
                                              const bundle::Interrupt& interrupt) {
    const std::string path = ".banger-install-script";
    if (script.empty() || !tree.exists("bin/sh")) {
        return std::nullopt;
    }
    tree.write(path, script, 0700);
    std::optional<std::string> reason;
    try {
        // The arguments that xbps gives: action, name, version, "is an update", "has a
        // configuration file", architecture.
        bundle::run_tool({"env", "-i", "PATH=/usr/bin:/usr/sbin:/bin:/sbin", "HOME=/root",
                          "LC_ALL=C", "TERM=dumb", "chroot", tree.folder().string(), "/bin/sh",
                          "/" + path, action, package.name, package.version, "no", "no",
                          package.architecture == "noarch" ? "x86_64" : package.architecture},
                         interrupt);
    } catch (const os::Error& error) {
        if (error.kind() == os::ErrorKind::cancelled) {
            throw;
        }
        reason = error.details().empty() ? std::string(error.what()) : error.details().back();
    }
    tree.remove(path);
    return reason;
}

} // namespace banger::xbps
