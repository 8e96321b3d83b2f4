#include "doctor.hpp"

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include <unistd.h>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t room_wanted = std::uintmax_t{4} << 30U;

bool is_program(const fs::path& file) {
    return ::access(file.c_str(), X_OK) == 0;
}

/// In PATH, or where administrators' programs are, which users' PATH leaves out.
bool is_there(const std::string& program) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (!folder.empty() && is_program(fs::path(folder) / program)) {
            return true;
        }
    }
    return false;
}

json fine(const char* title) {
    return {{"severity", "ok"}, {"title", title}};
}

} // namespace

json check_tools(const Places& places) {
    if (places.tool.empty() || !is_program(places.tool)) {
        return {
            {"severity", "error"},
            {"title", "images cannot be built: the program banger-image is not there"},
            {"cause", places.tool.empty() ? "it is not beside this plugin"
                                          : places.tool.string() + " is no program"},
            {"fix", "install banger again, or name it: plugins.entries.imagebuild.config.tool"}};
    }
    std::string missing;
    std::string packages;
    for (const auto& [program, package] :
         {std::pair{"e2fsck", "e2fsprogs"}, std::pair{"resize2fs", "e2fsprogs"},
          std::pair{"ssh", "openssh-client"}}) {
        if (!is_there(program)) {
            missing += (missing.empty() ? "" : ", ") + std::string(program);
            if (packages.find(package) == std::string::npos) {
                packages.append(" ").append(package);
            }
        }
    }
    if (!missing.empty()) {
        return {{"severity", "error"},
                {"title", "images cannot be built: " + missing + " not found"},
                {"cause", "not in PATH, /usr/sbin or /sbin"},
                {"fix", "sudo apt install" + packages}};
    }
    if (places.recipes.empty()) {
        return {{"severity", "warning"},
                {"title", "the default recipe of images is not there"},
                {"cause", "share/banger/recipes is not beside this plugin"},
                {"fix", "install banger again; image build takes a --recipe of yours meanwhile"}};
    }
    return fine("images can be built");
}

json check_space(const DaemonApi& api) {
    const json status = api.ask("GET", "/v1/daemon");
    const std::string data = status.value("/paths/data"_json_pointer, "");
    std::error_code code;
    const auto space = fs::space(data, code);
    if (!code && space.available < room_wanted) {
        return {{"severity", "warning"},
                {"title", "little room for building images"},
                {"cause", data + " has " + std::to_string(space.available >> 20U) +
                              " MiB left; a build takes what it installs three times"},
                {"fix", "banger image prune, or delete what is not needed there"}};
    }
    return fine("there is room for building images");
}

json check_left(std::size_t count) {
    if (count == 0) {
        return fine("nothing of ended builds waits to be cleaned up");
    }
    return {{"severity", "warning"},
            {"title", "builds have left VMs or files"},
            {"cause", "what " + std::to_string(count) + " of them held could not be given back"},
            {"fix", "it is tried again when the daemon starts: banger daemon restart"}};
}

} // namespace imagebuild
