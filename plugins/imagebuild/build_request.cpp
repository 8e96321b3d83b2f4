#include "build_request.hpp"

#include "default_recipe.hpp"
#include "initrd_file.hpp"
#include "kernel_file.hpp"
#include "recipe_reader.hpp"
#include "recipe_words.hpp"
#include "size_text.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <random>

#include <nlohmann/json.hpp>

namespace imagebuild {

const char build_schema[] = R"({"required": ["name"], "examples": [
    {"name": "dev"},
    {"name": "web", "package": ["nginx", "curl"]},
    {"name": "ci", "recipe": "ci.yaml", "docker": true}], "properties": {
    "name": {"type": "string", "description": "what to call the image"},
    "from": {"type": "string", "description": "the image to begin with; the default one else"},
    "rootfs": {"type": "string", "x-path": true,
               "description": "a root file system (ext4) of yours to begin with instead"},
    "recipe": {"type": "string", "x-path": true, "description": "what to make of it, in YAML"},
    "script": {"type": "string", "x-path": true,
               "description": "a script that is run in it as root, after the recipe"},
    "package": {"type": "array", "items": {"type": "string"},
                "description": "a package more; may be given again"},
    "docker": {"type": "boolean", "default": false, "description": "with Docker and Compose"},
    "defaults": {"type": "boolean",
                 "description": "the default recipe below it all; else only when nothing is asked for"},
    "size": {"type": "string", "description": "room for its root file system while it is built: 16G"},
    "memory": {"type": "string", "description": "of the VM that it is built in: 2G"},
    "cpus": {"type": "integer", "minimum": 1, "maximum": 32,
             "description": "of the VM that it is built in"},
    "kernel": {"type": "string", "x-path": true,
               "description": "a kernel of its own; one of another version needs --modules and --initrd"},
    "initrd": {"type": "string", "x-path": true, "description": "an initial RAM disk of its own"},
    "modules": {"type": "string", "x-path": true,
                "description": "folder with the modules of its kernel, a folder VERSION for each"},
    "keep": {"type": "boolean", "default": false,
             "description": "keep the VM of a build that fails"},
    "replace": {"type": "boolean", "default": false,
                "description": "take the place of an image of that name"}}})";

namespace {

namespace fs = std::filesystem;
using banger::Error;
using nlohmann::json;

constexpr std::size_t longest_image_part = 48; ///< of a VM's name, which has 63 characters

/// As the daemon's limits are, which would say so only once the build has begun.
constexpr std::int64_t least_disk_mib = 64;
constexpr std::int64_t least_memory_mib = 128;

std::optional<std::int64_t> size_in(const json& args, const char* key, std::int64_t least_mib) {
    const std::string text = args.value(key, "");
    if (text.empty()) {
        return std::nullopt;
    }
    const auto size = find_mib(text);
    if (!size) {
        throw Error(BANGER_E_INVALID, std::string("--") + key + ": '" + text + "' is no size",
                    "write it as 512M or 8G; a number alone is MiB");
    }
    if (*size < least_mib) {
        throw Error(BANGER_E_INVALID,
                    std::string("--") + key + ": " + text + " is less than " +
                        std::to_string(least_mib) + " MiB",
                    "write it as 512M or 8G; a number alone is MiB");
    }
    return size;
}

void require_there(const std::string& path, const std::string& what, bool folder) {
    std::error_code code;
    const bool good = folder ? fs::is_directory(path, code) : fs::is_regular_file(path, code);
    if (!path.empty() && !good) {
        throw Error(fs::exists(path, code) ? BANGER_E_INVALID : BANGER_E_NOT_FOUND,
                    what + ": " + path +
                        (fs::exists(path, code) ? ": this is no " : ": there is no such ") +
                        (folder ? "folder" : "file"),
                    "look what there is with: ls " + fs::path(path).parent_path().string());
    }
}

void require_boot_files(const BuildRequest& request) {
    require_there(request.kernel, "--kernel", false);
    require_there(request.initrd, "--initrd", false);
    require_there(request.modules, "--modules", true);
    if (!request.kernel.empty() && !is_kernel(request.kernel)) {
        throw Error(BANGER_E_INVALID,
                    "--kernel: " + request.kernel + " is no Linux kernel for this kind of machine",
                    "give a bzImage, such as /boot/vmlinuz-VERSION, or an uncompressed vmlinux");
    }
    if (!request.initrd.empty() && !is_initrd(request.initrd)) {
        throw Error(BANGER_E_INVALID, "--initrd: " + request.initrd + " is no initial RAM disk",
                    "give a cpio archive, such as /boot/initrd.img-VERSION");
    }
}

/// What is wrong with the recipe's files is told before a VM boots.
void check_files(const Recipe& recipe) {
    for (const RecipeFile& file : recipe.files) {
        require_there(file.path, "file " + file.to + " at " + file.at, false);
    }
    for (const Download& download : recipe.downloads) {
        if (download.path.empty()) {
            continue;
        }
        const std::string what = "download of " + download.name + " at " + download.at;
        require_there(download.path, what, false);
        const Digest found = digest_of_file(download.path, download.digest.algorithm);
        if (!(found == download.digest)) {
            throw Error(BANGER_E_INVALID,
                        what + ": wrong hash: " + found.algorithm + " of " + download.path +
                            " is " + found.hex + ", not " + download.digest.hex,
                        "it is another file than the recipe means; correct one of the two");
        }
    }
}

Recipe flags_recipe(const json& args) {
    Recipe recipe;
    const json packages = args.value("package", json::array());
    for (const json& package : packages) {
        const auto name = package.get<std::string>();
        if (!is_package.fits(name)) {
            throw Error(BANGER_E_INVALID, "--package: '" + name + "' " + is_package.wrong);
        }
        recipe.packages.push_back(name);
    }
    return recipe;
}

/// Empty for an image that nothing is done in.
std::string digest_text(const std::vector<Step>& steps) {
    if (steps.empty()) {
        return "";
    }
    std::string all;
    for (const Step& step : steps) {
        all += step.stage + '\0' + step.script + '\0';
        for (const Upload& upload : step.uploads) {
            all += upload.remote + '\0' + digest_of_file(upload.local, "sha256").hex + '\0';
        }
    }
    return "sha256:" + digest_of(all, "sha256").hex;
}

} // namespace

std::string builder_name(const std::string& image) {
    static constexpr const char* digits = "0123456789abcdef";
    std::string part = image.substr(0, longest_image_part);
    std::replace_if(
        part.begin(), part.end(), [](char c) { return c == '.' || c == '_'; }, '-');
    std::random_device random;
    std::string end;
    for (int i = 0; i < 8; ++i) {
        end += digits[random() % 16U];
    }
    return "build-" + part + "-" + end;
}

void require_image_name(const std::string& name) {
    if (!is_image.fits(name)) {
        throw Error(BANGER_E_INVALID, "'" + name.substr(0, 80) + "' is no name of an image",
                    "take up to 63 lower-case letters, digits, '-', '.' or '_', such as dev-1");
    }
}

BuildRequest build_request(std::string_view args_json, const Config& config, const Places& places) {
    const json args = json::parse(args_json);
    BuildRequest request;
    request.name = args.at("name").get<std::string>();
    require_image_name(request.name);
    request.vm = builder_name(request.name);
    const std::string recipe_file = args.value("recipe", "");
    const std::string script = args.value("script", "");
    Recipe recipe = flags_recipe(args);
    if (!recipe_file.empty()) {
        recipe = merged(read_recipe_file(recipe_file), recipe);
    }
    const bool nothing = recipe_file.empty() && script.empty() && recipe.packages.empty();
    const bool defaults = args.contains("defaults") ? args["defaults"] == true : nothing;
    if (args.value("docker", false)) {
        recipe = merged(docker_recipe(config, places), recipe);
    }
    if (defaults) {
        recipe = merged(default_recipe(config, places), recipe);
    }

    request.from = args.value("from", recipe.from);
    request.rootfs = args.value("rootfs", "");
    if (!request.rootfs.empty() && args.contains("from")) {
        throw Error(BANGER_E_INVALID, "--from and --rootfs exclude each other");
    }
    request.kernel = args.value("kernel", "");
    request.initrd = args.value("initrd", "");
    request.modules = args.value("modules", "");
    require_there(request.rootfs, "--rootfs", false);
    require_boot_files(request);
    require_there(script, "--script", false);

    const auto either = [](auto given, auto of_recipe) { return given ? given : of_recipe; };
    request.size_mib = either(size_in(args, "size", least_disk_mib), recipe.size_mib);
    request.memory_mib = either(size_in(args, "memory", least_memory_mib), recipe.memory_mib);
    request.vcpus = args.contains("cpus") ? args["cpus"].get<std::int64_t>() : recipe.vcpus;
    request.work_mib = recipe.work_mib;
    request.work_seed = recipe.work_seed.value_or(true);
    request.keep = args.value("keep", false);
    request.replace = args.value("replace", false);

    check_files(recipe);
    request.steps = steps_of(recipe);
    if (defaults && !places.agent.empty() && !places.agent_unit.empty()) {
        request.steps.insert(request.steps.begin(),
                             agent_step(places.agent.string(), places.agent_unit.string()));
    }
    if (!script.empty()) {
        request.steps.push_back(script_step(script));
    }
    request.digest = digest_text(request.steps);
    return request;
}

} // namespace imagebuild
