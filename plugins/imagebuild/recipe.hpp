#pragma once

#include "digest.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace imagebuild {

/// A file of an image: its content is in the recipe, or in a file of this machine.
struct RecipeFile {
    std::string at; ///< where it stands, "dev.yaml:12"
    std::string to;
    std::string content;
    std::string path; ///< absolute; empty: `content`
    std::uint32_t mode = 0644;
    std::string owner = "root";
    std::string group = "root";
};

/// What is fetched by the guest, or copied from this machine, and checked before it is used.
struct Download {
    std::string at;
    std::string name; ///< how it is called in the log
    std::string url;
    std::string path; ///< absolute; instead of url
    Digest digest;
    std::string to; ///< a file; with `unpack` the folder that an archive is unpacked in
    bool unpack = false;
    unsigned strip = 0; ///< leading folders of the archive's names that go
    std::uint32_t mode = 0644;
    bool optional = false; ///< left out, with a note, when it cannot be had
};

struct RecipeUser {
    std::string at;
    std::string name;
    std::optional<std::uint32_t> uid;
    std::string shell = "/bin/bash";
    std::vector<std::string> groups;
    std::vector<std::string> authorized_keys;
    bool sudo = false; ///< without a password
};

struct RecipeCommand {
    std::string at;
    std::string script; ///< of bash
};

struct RecipeService {
    std::string at;
    std::string name;
    bool enable = true;
    bool start = false; ///< while the image is built, to see that it does
};

/// What an image is made of. The order of the lists is the order of the work.
struct Recipe {
    std::string from; ///< empty: the default image
    std::optional<std::int64_t> size_mib, memory_mib, vcpus;
    std::vector<std::string> packages;
    std::map<std::string, std::string> package_places; ///< where each stands; not those of options
    std::vector<std::pair<std::string, std::string>> env;
    std::vector<RecipeUser> users;
    std::vector<RecipeFile> files;
    std::vector<Download> downloads;
    std::vector<RecipeCommand> commands;
    std::vector<RecipeService> services;
    std::optional<std::int64_t> work_mib; ///< of the disk on /root while it is built
    std::optional<bool> work_seed;        ///< /root of the image is the first /root of its VMs
};

/// `above` on top of `below`: its values count, its lists come after.
[[nodiscard]] Recipe merged(Recipe below, const Recipe& above);

} // namespace imagebuild
