#pragma once

#include <map>
#include <string>
#include <string_view>

namespace imagebuild {

/// Where a download of the default recipe comes from instead of its usual home.
struct Source {
    std::string url;
    std::string path;
    std::string sha256;
    [[nodiscard]] bool given() const { return !url.empty() || !path.empty(); }
};

/// The plugin's part of config.yaml.
struct Config {
    std::string tool;    ///< banger-image; empty: the installed one
    std::string recipes; ///< folder of the default recipe; empty: the installed one
    std::string npm_registry = "https://registry.npmjs.org";
    std::map<std::string, Source> tmux_plugins; ///< "resurrect", "continuum"
};

/// `json` has passed config_schema. Throws Error(INVALID), beginning with the key.
[[nodiscard]] Config read_config(std::string_view json);

extern const char config_schema[];

} // namespace imagebuild
