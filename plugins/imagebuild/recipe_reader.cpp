#include "recipe_reader.hpp"

#include "recipe_words.hpp"
#include "size_text.hpp"
#include "yaml_walk.hpp"

#include <banger/plugin.hpp>

#include <fstream>
#include <iterator>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using banger::Error;
using YAML::Node;

constexpr std::size_t largest_recipe = 1U << 20U;
constexpr std::size_t most_problems = 8; ///< that are told at once
constexpr std::int64_t most_vcpus = 32;

class RecipeReader {
  public:
    RecipeReader(const std::string& file, fs::path folder)
        : walk_(file), folder_(std::move(folder)) {}

    Recipe read(const Node& root) {
        Recipe recipe;
        const auto to = [](auto& field) {
            return [&field](auto value) { field = std::move(value); };
        };
        walk_.members(
            root, "",
            {{"from",
              [&](const Node& n, const std::string& k) { word(n, k, is_image, to(recipe.from)); }},
             {"size", [&](const Node& n, const std::string& k) { mib(n, k, recipe.size_mib); }},
             {"memory", [&](const Node& n, const std::string& k) { mib(n, k, recipe.memory_mib); }},
             {"vcpus",
              [&](const Node& n, const std::string& k) {
                  recipe.vcpus = walk_.number(n, k, 1, most_vcpus);
              }},
             {"packages", [&](const Node& n, const std::string& k) { packages(n, k, recipe); }},
             {"env", [&](const Node& n, const std::string& k) { env(n, k, recipe); }},
             {"users",
              [&](const Node& n, const std::string& k) {
                  walk_.entries(n, k, [&](const Node& one, const std::string& key) {
                      recipe.users.push_back(user(one, key));
                  });
              }},
             {"files",
              [&](const Node& n, const std::string& k) {
                  walk_.entries(n, k, [&](const Node& one, const std::string& key) {
                      recipe.files.push_back(file(one, key));
                  });
              }},
             {"downloads",
              [&](const Node& n, const std::string& k) {
                  walk_.entries(n, k, [&](const Node& one, const std::string& key) {
                      recipe.downloads.push_back(download(one, key));
                  });
              }},
             {"commands",
              [&](const Node& n, const std::string& k) {
                  walk_.entries(n, k, [&](const Node& one, const std::string& key) {
                      recipe.commands.push_back(command(one, key));
                  });
              }},
             {"services",
              [&](const Node& n, const std::string& k) {
                  walk_.entries(n, k, [&](const Node& one, const std::string& key) {
                      recipe.services.push_back(service(one, key));
                  });
              }},
             {"work", [&](const Node& n, const std::string& k) {
                  walk_.members(
                      n, k,
                      {{"size", [&](const Node& s,
                                    const std::string& key) { mib(s, key, recipe.work_mib); }},
                       {"seed", [&](const Node& s, const std::string& key) {
                            recipe.work_seed = walk_.boolean(s, key);
                        }}});
              }}});
        return recipe;
    }

    YamlWalk& walk() { return walk_; }

  private:
    template <class Set>
    void word(const Node& node, const std::string& key, const WordRule& rule, const Set& set) {
        if (auto text = walk_.line(node, key)) {
            if (!rule.fits(*text)) {
                walk_.problem(node, key, "'" + *text + "' " + rule.wrong);
                return;
            }
            set(std::move(*text));
        }
    }
    void words(const Node& node, const std::string& key, const WordRule& rule,
               std::vector<std::string>& list) {
        walk_.entries(node, key, [&](const Node& one, const std::string& each) {
            word(one, each, rule, [&](std::string text) { list.push_back(std::move(text)); });
        });
    }
    void packages(const Node& node, const std::string& key, Recipe& recipe) {
        walk_.entries(node, key, [&](const Node& one, const std::string& each) {
            word(one, each, is_package, [&](std::string text) {
                recipe.package_places.emplace(text, walk_.place(one));
                recipe.packages.push_back(std::move(text));
            });
        });
    }
    void line(const Node& node, const std::string& key, std::string& field) {
        if (auto text = walk_.line(node, key)) {
            field = std::move(*text);
        }
    }
    void flag(const Node& node, const std::string& key, bool& field) {
        field = walk_.boolean(node, key).value_or(field);
    }
    void mib(const Node& node, const std::string& key, std::optional<std::int64_t>& field) {
        if (const auto text = walk_.line(node, key)) {
            field = find_mib(*text);
            if (!field) {
                walk_.problem(node, key,
                              "'" + *text +
                                  "' is no size; write it as 512M or 8G, and less than "
                                  "16T");
            }
        }
    }
    void mode(const Node& node, const std::string& key, std::uint32_t& field) {
        const auto text = walk_.line(node, key);
        const auto found = text ? find_mode(*text) : std::nullopt;
        if (text && !found) {
            walk_.problem(node, key, "'" + *text + "' is no mode; write it as 0644 or 0755");
        }
        field = found.value_or(field);
    }
    /// A file of this machine, relative to the recipe.
    void local(const Node& node, const std::string& key, std::string& field) {
        if (const auto text = walk_.line(node, key)) {
            field = (folder_ / *text).lexically_normal().string();
        }
    }

    void env(const Node& node, const std::string& key, Recipe& recipe) {
        if (!node.IsMap()) {
            walk_.members(node, key, {}); // says what is wrong
            return;
        }
        YamlWalk::Keys names; // any name is known
        for (const auto& member : node) {
            const std::string name = member.first.IsScalar() ? member.first.Scalar() : "";
            if (member.first.IsScalar() && !is_variable.fits(name)) {
                walk_.problem(member.first, key, "'" + name + "' " + is_variable.wrong);
            }
            names.emplace_back(name,
                               [&recipe, this, name](const Node& value, const std::string& at) {
                                   const auto text = walk_.text(value, at);
                                   if (text && !is_variable_value.fits(*text)) {
                                       walk_.problem(value, at, is_variable_value.wrong);
                                   } else if (text) {
                                       recipe.env.emplace_back(name, *text);
                                   }
                               });
        }
        walk_.members(node, key, names);
    }

    RecipeUser user(const Node& node, const std::string& key) {
        RecipeUser user;
        user.at = walk_.place(node);
        const auto name = [&](const Node& n, const std::string& k) {
            word(n, k, is_account, [&](std::string text) { user.name = std::move(text); });
        };
        if (node.IsScalar()) {
            name(node, key);
            return user;
        }
        walk_.members(
            node, key,
            {{"name", name},
             {"uid",
              [&](const Node& n, const std::string& k) {
                  if (const auto uid = walk_.number(n, k, 1, 60000)) {
                      user.uid = static_cast<std::uint32_t>(*uid);
                  }
              }},
             {"shell",
              [&](const Node& n, const std::string& k) {
                  word(n, k, is_guest_path,
                       [&](std::string text) { user.shell = std::move(text); });
              }},
             {"groups",
              [&](const Node& n, const std::string& k) { words(n, k, is_account, user.groups); }},
             {"authorized_keys",
              [&](const Node& n, const std::string& k) {
                  words(n, k, is_public_key, user.authorized_keys);
              }},
             {"sudo", [&](const Node& n, const std::string& k) { flag(n, k, user.sudo); }}});
        need(node, key, "name", !user.name.empty());
        return user;
    }

    RecipeFile file(const Node& node, const std::string& key) {
        RecipeFile file;
        file.at = walk_.place(node);
        walk_.members(
            node, key,
            {{"to", [&](const Node& n, const std::string& k) { guest_path(n, k, file.to); }},
             {"content",
              [&](const Node& n, const std::string& k) {
                  file.content = walk_.text(n, k).value_or("");
              }},
             {"path", [&](const Node& n, const std::string& k) { local(n, k, file.path); }},
             {"mode", [&](const Node& n, const std::string& k) { mode(n, k, file.mode); }},
             {"owner", [&](const Node& n, const std::string& k) { account(n, k, file.owner); }},
             {"group", [&](const Node& n, const std::string& k) { account(n, k, file.group); }}});
        need(node, key, "to", !file.to.empty());
        if (node.IsMap() && !node["content"] == !node["path"]) {
            walk_.problem(node, key, "it needs either content or path");
        }
        return file;
    }

    Download download(const Node& node, const std::string& key) {
        Download download;
        download.at = walk_.place(node);
        const auto digest = [&](const Node& n, const std::string& k, const auto& find,
                                const char* form) {
            const auto text = walk_.line(n, k);
            const auto found = text ? find(*text) : std::nullopt;
            if (text && !found) {
                walk_.problem(n, k, form);
            } else if (found && !download.digest.hex.empty()) {
                walk_.problem(n, k, "take one of sha256 and integrity");
            } else if (found) {
                download.digest = *found;
            }
        };
        walk_.members(
            node, key,
            {{"name", [&](const Node& n, const std::string& k) { line(n, k, download.name); }},
             {"url",
              [&](const Node& n, const std::string& k) {
                  word(n, k, is_url, [&](std::string text) { download.url = std::move(text); });
              }},
             {"path", [&](const Node& n, const std::string& k) { local(n, k, download.path); }},
             {"sha256",
              [&](const Node& n, const std::string& k) {
                  digest(n, k, find_sha256, "it must be 64 hexadecimal digits");
              }},
             {"integrity",
              [&](const Node& n, const std::string& k) {
                  digest(n, k, find_integrity, "it must be sha512- or sha256- and base64");
              }},
             {"to", [&](const Node& n, const std::string& k) { guest_path(n, k, download.to); }},
             {"unpack", [&](const Node& n, const std::string& k) { flag(n, k, download.unpack); }},
             {"strip",
              [&](const Node& n, const std::string& k) {
                  download.strip = static_cast<unsigned>(walk_.number(n, k, 0, 20).value_or(0));
              }},
             {"mode", [&](const Node& n, const std::string& k) { mode(n, k, download.mode); }},
             {"optional",
              [&](const Node& n, const std::string& k) { flag(n, k, download.optional); }}});
        need(node, key, "to", !download.to.empty());
        if (node.IsMap() && !node["url"] == !node["path"]) {
            walk_.problem(node, key, "it needs either url or path");
        }
        if (node.IsMap() && !node["sha256"] && !node["integrity"]) {
            walk_.problem(node, key, "it needs sha256 or integrity: nothing is used unchecked");
        }
        if (download.name.empty()) {
            const std::string& source = download.url.empty() ? download.path : download.url;
            download.name = source.substr(source.rfind('/') + 1);
        }
        return download;
    }

    RecipeCommand command(const Node& node, const std::string& key) {
        RecipeCommand command{walk_.place(node), walk_.text(node, key).value_or("")};
        if (node.IsScalar() && command.script.find_first_not_of(" \t\r\n") == std::string::npos) {
            walk_.problem(node, key, "it is empty");
        }
        return command;
    }

    RecipeService service(const Node& node, const std::string& key) {
        RecipeService service;
        service.at = walk_.place(node);
        const auto name = [&](const Node& n, const std::string& k) {
            word(n, k, is_unit, [&](std::string text) { service.name = std::move(text); });
        };
        if (node.IsScalar()) {
            name(node, key);
            return service;
        }
        walk_.members(
            node, key,
            {{"name", name},
             {"enable", [&](const Node& n, const std::string& k) { flag(n, k, service.enable); }},
             {"start", [&](const Node& n, const std::string& k) { flag(n, k, service.start); }}});
        need(node, key, "name", !service.name.empty());
        return service;
    }

    void guest_path(const Node& node, const std::string& key, std::string& field) {
        word(node, key, is_guest_path, [&](std::string text) { field = std::move(text); });
    }
    void account(const Node& node, const std::string& key, std::string& field) {
        word(node, key, is_account, [&](std::string text) { field = std::move(text); });
    }
    /// Says that a key is missing, unless it is there and wrong, which has been said.
    void need(const Node& node, const std::string& key, const char* name, bool given) {
        if (!given && node.IsMap() && !node[name]) {
            walk_.problem(node, key, std::string("it needs ") + name);
        }
    }

    YamlWalk walk_;
    fs::path folder_;
};

[[noreturn]] void refuse(const std::vector<std::string>& problems) {
    std::string text;
    for (std::size_t i = 0; i < std::min(problems.size(), most_problems); ++i) {
        text += (text.empty() ? "" : "; ") + problems[i];
    }
    if (problems.size() > most_problems) {
        text += "; and " + std::to_string(problems.size() - most_problems) + " more";
    }
    throw Error(BANGER_E_INVALID, text,
                "the keys of a recipe are in docs/images.md of banger, and in its "
                "share/banger/recipe.schema.json");
}

/// yaml-cpp says of a tab only that what follows is no value.
bool begins_with_a_tab(std::string_view yaml, int line) {
    for (; line > 0 && !yaml.empty(); --line) {
        yaml.remove_prefix(std::min(yaml.find('\n'), yaml.size() - 1) + 1);
    }
    const std::string_view indent = yaml.substr(0, yaml.find_first_not_of(" \t"));
    return indent.find('\t') != std::string_view::npos;
}

} // namespace

Recipe read_recipe(std::string_view yaml, const std::string& file, const fs::path& folder) {
    RecipeReader reader(file, folder);
    Recipe recipe;
    try {
        const std::vector<Node> documents = YAML::LoadAll(std::string(yaml));
        if (documents.size() == 1) {
            recipe = reader.read(documents.front());
        } else {
            reader.walk().problem(documents.empty() ? YAML::Mark::null_mark() : documents[1].Mark(),
                                  "recipe",
                                  documents.empty() ? "it is empty" : "a second document begins");
        }
    } catch (const YAML::Exception& error) {
        reader.walk().problem(error.mark, "recipe",
                              begins_with_a_tab(yaml, error.mark.line)
                                  ? "a tab before it: YAML is indented by spaces"
                                  : "this is no YAML: " + error.msg);
    }
    if (!reader.walk().problems().empty()) {
        refuse(reader.walk().problems());
    }
    return recipe;
}

Recipe read_recipe_file(const fs::path& file) {
    std::error_code code;
    const auto size = fs::file_size(file, code);
    if (code) {
        throw Error(fs::exists(file) ? BANGER_E_INVALID : BANGER_E_NOT_FOUND,
                    "recipe " + file.string() + ": " + code.message());
    }
    if (size > largest_recipe) {
        throw Error(BANGER_E_INVALID, "recipe " + file.string() + ": it is larger than 1 MiB",
                    "large files belong beside it: files and downloads take a path");
    }
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>()};
    if (!stream) {
        throw Error(BANGER_E_PERMISSION, "recipe " + file.string() + ": it cannot be read");
    }
    return read_recipe(text, file.string(), file.parent_path());
}

} // namespace imagebuild
