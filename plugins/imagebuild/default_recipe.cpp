#include "default_recipe.hpp"

#include "recipe_reader.hpp"

#include <banger/plugin.hpp>

#include <string_view>

namespace imagebuild {
namespace {

constexpr std::string_view npm_home = "https://registry.npmjs.org";

/// A mirror that somebody named is meant: what it does not have is an error.
void redirect(Download& download, const Config& config) {
    for (const auto& [name, source] : config.tmux_plugins) {
        if (download.name == "tmux-" + name && source.given()) {
            download.url = source.url;
            download.path = source.path;
            download.digest = *find_sha256(source.sha256);
            download.optional = false;
        }
    }
    if (download.url.rfind(npm_home, 0) == 0) {
        download.url = config.npm_registry + download.url.substr(npm_home.size());
    }
}

Recipe installed(const char* file, const Config& config, const Places& places) {
    if (places.recipes.empty()) {
        throw banger::Error(BANGER_E_NOT_FOUND, "the default recipe is not installed",
                            "install banger again, or name the folder: recipes in the settings of "
                            "the plugin imagebuild");
    }
    Recipe recipe = read_recipe_file(places.recipes / file);
    for (Download& download : recipe.downloads) {
        redirect(download, config);
    }
    return recipe;
}

} // namespace

Recipe default_recipe(const Config& config, const Places& places) {
    return installed("default.yaml", config, places);
}

Recipe docker_recipe(const Config& config, const Places& places) {
    return installed("docker.yaml", config, places);
}

} // namespace imagebuild
