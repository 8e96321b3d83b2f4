#include "places.hpp"

#include <initializer_list>
#include <string>

#include <dlfcn.h>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;

constexpr int most_levels = 6; ///< lib/x86_64-linux-gnu/banger/plugins is four

/// The first of these below the folder or one that it is in.
fs::path below(fs::path folder, std::initializer_list<const char*> names) {
    std::error_code code;
    for (int level = 0; level < most_levels; ++level, folder = folder.parent_path()) {
        for (const char* name : names) {
            if (const fs::path found = folder / name; fs::exists(found, code)) {
                return found;
            }
        }
        if (folder == folder.parent_path()) {
            break;
        }
    }
    return {};
}

fs::path own_folder() {
    static const char here = 0; // an address of this library
    Dl_info info{};
    std::error_code code;
    if (::dladdr(&here, &info) == 0 || info.dli_fname == nullptr) {
        return {};
    }
    return fs::canonical(info.dli_fname, code).parent_path();
}

} // namespace

Places find_places(const Config& config, const fs::path& folder) {
    Places places;
    places.tool = !config.tool.empty()
                      ? fs::path(config.tool)
                      : below(folder, {"libexec/banger/banger-image", "libexec/banger-image",
                                       "bin/banger-image"});
    places.recipes = !config.recipes.empty() ? fs::path(config.recipes)
                                             : below(folder, {"share/banger/recipes"});
    places.agent = below(folder, {"libexec/banger/banger-vsock-agent", "libexec/banger-vsock-agent",
                                  "bin/banger-vsock-agent"});
    const fs::path unit = places.recipes / "files" / "banger-agent.service";
    std::error_code code;
    places.agent_unit = !places.recipes.empty() && fs::exists(unit, code) ? unit : fs::path();
    return places;
}

Places find_places(const Config& config) {
    return find_places(config, own_folder());
}

} // namespace imagebuild
