#include "config.hpp"

#include <banger/plugin.hpp>

#include <nlohmann/json.hpp>

namespace imagebuild {

const char config_schema[] = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "tool": {"type": "string", "pattern": "^(/.*)?$", "default": "",
             "description": "the program banger-image; empty: the one that came with this plugin"},
    "recipes": {"type": "string", "pattern": "^(/.*)?$", "default": "",
                "description": "folder of the default recipe; empty: the one that came with this plugin"},
    "npm_registry": {"type": "string", "pattern": "^https?://[^ ]+$",
                     "default": "https://registry.npmjs.org",
                     "description": "where the default recipe's npm packages come from"},
    "tmux_plugins": {
      "type": "object", "additionalProperties": false, "default": {},
      "description": "where the default recipe's tmux plugins come from",
      "properties": {
        "resurrect": {
          "type": "object", "additionalProperties": false, "default": {},
          "properties": {
            "url": {"type": "string", "pattern": "^(https?://[^ ]+)?$", "default": "",
                    "description": "address of an archive of tmux-resurrect; empty: its usual home"},
            "path": {"type": "string", "pattern": "^(/.*)?$", "default": "",
                     "description": "an archive on this machine, instead of url"},
            "sha256": {"type": "string", "pattern": "^([0-9a-f]{64})?$", "default": "",
                       "description": "what the archive must hash to; needed with url and path"}
          }
        },
        "continuum": {
          "type": "object", "additionalProperties": false, "default": {},
          "properties": {
            "url": {"type": "string", "pattern": "^(https?://[^ ]+)?$", "default": "",
                    "description": "address of an archive of tmux-continuum; empty: its usual home"},
            "path": {"type": "string", "pattern": "^(/.*)?$", "default": "",
                     "description": "an archive on this machine, instead of url"},
            "sha256": {"type": "string", "pattern": "^([0-9a-f]{64})?$", "default": "",
                       "description": "what the archive must hash to; needed with url and path"}
          }
        }
      }
    }
  }
})";

Config read_config(std::string_view json) {
    using banger::Error;
    const auto read = nlohmann::json::parse(json.empty() ? "{}" : json);
    Config config;
    config.tool = read.value("tool", config.tool);
    config.recipes = read.value("recipes", config.recipes);
    config.npm_registry = read.value("npm_registry", config.npm_registry);
    while (config.npm_registry.back() == '/') {
        config.npm_registry.pop_back();
    }
    const auto none = nlohmann::json::object();
    const auto plugins = read.value("tmux_plugins", none);
    for (const auto& [name, given] : plugins.items()) {
        const Source source{given.value("url", ""), given.value("path", ""),
                            given.value("sha256", "")};
        const std::string key = "tmux_plugins." + name;
        if (!source.url.empty() && !source.path.empty()) {
            throw Error(BANGER_E_INVALID, key + ": url and path exclude each other");
        }
        if (source.given() == source.sha256.empty()) {
            throw Error(BANGER_E_INVALID,
                        key + (source.given() ? ".sha256: it is needed: nothing is used unchecked"
                                              : ": sha256 alone says nothing"),
                        "name an archive by url or path, and its sha256 (sha256sum FILE)");
        }
        config.tmux_plugins[name] = source;
    }
    return config;
}

} // namespace imagebuild
